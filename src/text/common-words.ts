/**
 * Common English words, and words of instructions to models: what a text that was undone is compared with. The counts
 * behind the choice were taken from permissively licensed English prompts; single words are facts, not passages.
 */
export const COMMON_WORDS: ReadonlySet<string> = new Set(
  `
able about above accepts access account accounts across act action activate add added additional address admin
administrator advanced advice advisor after again against age ago air algorithm alice alien all along already
also always american amount analysis analyze ancient and another answer any anything api app apple application
apply approach appropriate architect are area argument around array arrived art artificial ask asked asks
assistant assume astronaut atm attack attacks audience author available average avoid away back background
balance bank base based bash because been before behavior behind being benefits best better between bill bin
black blue bob body bomb bombs book books botanist both bought box brief briefly brown build building business
but buy buys bypass calculate calculates calendar call called came can cancel captain car card cards case cash
cat century challenges change changed changes character characters charge charged charges check checking checks
cheque children choose city class clean clear click client close code color colors column columns combined come
command commands common company complete complex comply computer concept concise confidential consider console
construct containing contains content control convert convince correct cost costs could count country counts
couple cout create creating creative credential credentials credit cultural currencies currency current
currently customer daily dangerous data date day days debit decided decides declined decode decoded deep delete
deposit describe description design detailed details determine develop developer development dictionary did
different dinner direct directive directives directory discovered discuss display disposable disregard distance
document documents does dog doing dollars done double down download dragon drug drugs due during each earlier
earn earth eat echo element elements else email encoded end endl energy engaging engineer english enough ensure
enter environment equal equivalent erase error errors etc europe even event every everything example examples
exchange execute exfiltrate experience experienced expert explain explaining explanation explanations exploit
explosive explosives express extra face factorial false family famous fantasy far features fee feel fees feet
few fewer fibonacci field figure file filename files filter filters final financial find finds first five fix
flight focus follow following food for forget forgot form format found four fox free friend friendly friends
from full function funds future futuristic game gas gave generate get gets getting give given gives giving goal
goes going gone good got great green group guidance guide guideline guidelines hack hacker had half handle
harmful has have having hello help her here hidden high him his historian historical history hold home hour
hours house how however human humans ice ideas identify identity ignore ignored illegal image imagine impact
implement import importance important improve include including increase information ingredients input insights
install instead instruction instructions insurance integer integers intelligence interest interesting interface
internal into iostream issue issues item items its jailbreak james jane java javascript job john journey just
keep key kill kind king know knowledge known language large last latest lazy leak learn learning left length
less let letter level library life light lighting like limit line lines link list lists living local location
log long longest look looking lost love low machine made magical main maintain major make makes making malware
many march market mars mastercard math may mean meaning medieval meeting message messages method methods might
miles minutes mission mode model modern monday money month more morning most movie much multiple murder music
must name named names namespace natural need needed needs negative never new next night node non not nothing now
number numbers obey object off offer oil old one online only open options order original other our out output
outputs over override own paid paper park part party password passwords path pay payment pending people per
performance period person personal perspective phone physical pieces pin place plan planet plant plants play
playing please point points poison policies policy popular positive possible post potential pounds power
practices present pretend previous price primary prime print println prints prior private problem problems
process product professional program programming progress project prompt prompts provide provided providing
public purchase purchased purpose put python quality query question questions quick range rate read reader reads
real really reason receive received receives recent recently recipe recommend recursion red refund related
relevant remaining remove renowned repeat replace reply report request required research reservation respond
response rest restaurant restriction restrictions result results return returns reveal reveals reverse reversed
reverses review rewrite right role roleplay roll roman room row rows rule rules run safety salary same sample
save saw say scene school sci science score script search second secret secrets see seems sell sells send sent
sentence sequence series service set share she shell shop shopping short should show showing side significance
significant simple since single sister situation size small snippet social society soft software sold some
someone something song soon sort sorted source space special specializing species specific specified speech
speed spend spent split square start started state statement states static status steal step steps still stolen
stop store story strategies strategy string strings structure student students studying style subject such
suggest suggestion suggestions sum summary support sure sustainable syntax system table take taken takes taking
target task tasked team technical techniques technology tell ten term terms test text than that the their them
then there these they things think third this those thought thoughts three through time times tips tires title
today together token tokens tone too took tools top topic total traffic transaction transactions transfer
transfers translate travel traveler traveling tree tried trip true try trying twice two type types uncensored
under understand unfiltered unique united universe unrestricted until upload upon url usage use used user users
uses using vacation value values variables various vector verbatim verification verify version very virtual
virus visa visit visiting visual void vowels want wants was water way weapon weapons weather web website week
weeks well went were what when where whether which while white who why will wise with withdrawal within without
wizard word words work working works world worth would write writing wrong year years yet you young your
`.match(/[a-z]+/g),
);

/** Of those, the words that carry an instruction to a model or the wish for something harmful. */
export const INSTRUCTION_WORDS: ReadonlySet<string> = new Set(
  `
ignore ignored disregard forget override bypass previous prior instruction instructions directive directives guideline
guidelines restriction restrictions system prompt prompts jailbreak unrestricted unfiltered uncensored secret secrets
password passwords credential credentials reveal verbatim leak exfiltrate execute shell malware virus exploit hack
hacker weapon weapons bomb bombs explosive explosives poison kill murder steal attack illegal harmful dangerous
pretend roleplay comply obey confidential hidden
`.match(/[a-z]+/g),
);
