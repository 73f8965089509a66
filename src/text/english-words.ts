/**
 * Some 5,400 English words of four letters and more, for telling whether letters spell anything once a disguise is undone.
 * They are the words that at least eight texts from at least four sources share among permissively licensed English prompts,
 * questions and documents; single words are facts, not passages.
 */
export const ENGLISH_WORDS: ReadonlySet<string> = new Set(
  `
abide abilities ability able abort about above abroad absent absolute absolutely abstract abstraction absurd abuse
abused academic accent accept acceptable accepted accepting accepts access accessed accessibility accessible accessing
accident accidentally accomplish accomplished according accordingly account accountability accountant accounts
accuracy accurate accurately accusations accused achieve achieved achievements achieving acknowledge acknowledging
acquire acquisition acronym across acted acting action actionable actions activate activated activation active
actively activities activity actor actors acts actual actually adapt adapted adapter added addicted addiction adding
addition additional additionally address addressed addresses addressing adds adhere adherence adheres adjust admin
administrative admit adopt adoption adult adults advance advanced advancements advantage advantages adventure
adversarial advertising advice advise advising advisor advocate affairs affect affected affects afford afraid after
afternoon afterwards again against aged agency agenda agent agents ages aggression aggressive agree agreed agreement
agrees ahead aiming aims airlines airplane airport alarm album alcohol alert algorithm algorithms aliases alien align
aligned alignment alive allocation allow allowed allowing allows almost alone along alongside alot alpha alphabet
alphabetical already alright also alter alternate alternative alternatives although always amazing ambiguous america
american among amount amounts analogies analogy analysis analyst analyze analyzing anchor ancient android anger angry
animal animals anime annotations announce announced announcement annoying anonymous anonymously another answer
answered answering answers anti antivirus anxiety anybody anymore anyone anything anyway anyways anywhere apart
apartment apologies apologize apologizing apology appeal appealing appear appearance appearing appears append apple
apples applicable application applications applied applies apply applying appointment appreciate approach approached
approaches approaching appropriate appropriately approval approved approximate approximately apps arbitrary
architectural architecture area areas args argue arguing argument arguments arms army around array arrays arrested
arrive arrived arriving arrogant arrow article articles artifact artifacts artificial artificially artist artistic
artists artwork ashamed aside asked asking asks aspect aspects aspiring assault assert assess assessment assessments
asset assets asshole assign assigned assignment assignments assist assistance assistant assisting associate associated
association assume assumed assuming assumption assumptions asterisks astronaut async asynchronous atmosphere attached
attack attacked attacking attacks attempt attempted attempting attempts attend attended attending attention attitude
attitudes attorney attract attractions attractive attribute attributes audience audio audit auth authentic
authentication authenticity author authority authorization authorized authors auto automate automated automatic
automatically automation autonomous availability available average avoid avoiding avoids await award aware awareness
away awesome babies baby back backed backend background backs backup backward backwards badly bags bake balance
balanced ball balls banana bananas band bank banking bankruptcy banned bare barely bars base baseball based baseline
bash basic basically basics basis basketball bastard bastards batch bathroom battery battle beat beats beautiful
beauty became because become becomes becoming bedroom beef been beer before begin beginners beginning begins behalf
behave behavior behavioral behaviors behaviour behind being beings belief beliefs believe believed believes believing
belong belongs below bench benchmark benchmarking benchmarks beneficial benefit benefits besides best better between
beyond bias biased biases bigger biggest bike bill billion billions bills binary bind biological biology bird birds
birth birthday bitch bitches black blackmail blah blame blank blast blind blob block blocked blocking blocks blog
blood blow blown blue blueprint board bobby bodies body bold bomb bombs bonds bones book booked booking books bool
boolean boost boots border borders bored boring born boss both botnet bots bottle bottom bought bound boundaries
boundary bounds bounty bowl boxes boyfriend boys brace braces brackets brain brainstorm branch branches brand brave
breach bread break breakfast breaking breaks breath breed bridge brief briefly bright brilliant bring bringing brings
broad broke broken brother brothers brought brown browser browsing brush bubble bucket buddy budget buffer bugs build
building buildings builds built bull bullet bullshit bully bullying bunch bundle burn business businesses busy butter
button buttons buyers buying buys bypass bypassing bytes cable cache cached caching cake calculate calculated
calculates calculating calculation calculations calculator calendar calibration call callback callbacks called calling
calls calm calorie calories came camera campaign campaigns cancel cancelled cancer candidate candidates candy cannot
cans cant capabilities capability capable capacity capital caps captain captivating capture captured captures carbon
card cards care cared career careful carefully cares cargo caring carried carries carry carrying cars cart case cases
cash casino cast casting casual catch catches catching categories category cater cats caught cause caused causes
causing caution cease celebration celebrities celebrity cell censor censored censoring censorship center centered
central cents century certain certainly certificate certificates chain chaining chains chair chairs challenge
challenges challenging chance chances change changed changes changing channel channels chaos chapter char character
characteristics characters charge charged charges charity chars chart charts chase chat chatbot chatbots chatgpt cheap
cheaper cheat cheating check checked checking checks cheer cheese chef chemical chemicals cherry chest chicken chief
child childish children chinese chip chips chocolate choice choices choose chooses choosing chose chosen chris chunk
church cinematography circle circumstances circumvent citations cite cities citizen citizens city civil civilization
claim claimed claiming claims clarification clarify clarifying clarity class classes classic classical classification
classified classify classroom claude clean cleaning clear clearly clever click client clients climate climbing clock
clone close closed closely closer closest closing clothes clothing cloud clouds club clue clues cluster coach coat
cocaine cocktail code codebase coded codes coding coffee cognitive coherent cold collaboration collapse collar
colleagues collect collected collecting collection collections collects college color colored colors column columns
combat combination combine combined combining come comes comfort comfortable coming comma command commands comment
commentary comments commerce commercial commit commitment commits committed committing common commonly communicate
communicating communication communications communities community compact companies company compare compared compares
comparing comparison comparisons compass compassion compatibility compatible compelling competing competition
competitive competitor competitors compilation compile compiled complain complaining complete completed completely
completion completions complex complexity compliance compliant complicated comply complying component components
compose composed composing composition comprehend comprehensive compromise compromised compromising compute computer
computers computing concept concepts concern concerned concerns concise conclusion conclusions concrete concurrent
condition conditions conduct conducted conducting conference confidence confident confidential confidentiality config
configurable configuration configurations configure configured confirm confirmation conflict conflicts confuse
confused confusing confusion congratulations connect connected connecting connection connections connects cons
conscience conscious consciousness consecutive consensual consent consequences conservation conservative consider
consideration considerations considered considering consistency consistent consistently consisting consists console
conspiracy const constant constantly constraints construct constructed construction constructive constructor
consultant consumed consumers consuming consumption contact contain contained container containers containing contains
content contents context contexts contextual continue continued continues continuing continuous continuously contract
contracts contrast contribute contributed contributing contribution contributions contributors control controlled
controlling controls controversial convenience convenient convention conventional conventions conversation
conversational conversations conversion convert converting converts convey convince convincing cook cookie cookies
cooking cool cooperation cope copy copying copyright copyrighted core corn corner corporate corporations correct
corrected correction corrections correctly correctness corresponding corrupt corruption cost costs could count counted
counter counterfeit counting countries country counts county couple courage course courses court cover coverage
covered covering covers coworker crack cracked craft crafted crafting crash crazy cream create created creates
creating creation creative creativity creator creators creature creatures credentials credibility credible credit crew
crime crimes criminal criminals crisis criteria critic critical critically criticism critique cross crossed crossing
crowd crucial cruel crying crypto cryptocurrency cuisine cultural culture cultures cups cure curiosity curious curl
curly currency current currently curse curve custom customer customers customization customize customs cute cuts
cutting cyber cybersecurity cycle daily damage damaged damaging damn dance dancing danger dangerous dangers dare dark
darkness dashboard dass data database databases dataset datasets date dates datetime dating daughter daughters days
dead deadly deal dealing deals dear death debate debt debts debug debugging decades deceive decent decide decided
decides decision decisions deck declarations declare declared decline decode decorator dedicated deemed deep deeper
deepest deeply default defaults defend defending defense defensive define defined defining definitely definition
definitions degrade degree degrees delay delete deleted deliberately delicious deliver delivered delivering delivery
demand demanding demands demeaning demo democracy democratic demographic demonstrate demonstrated demonstrates
demonstration demonstrations denial denied denies dense density deny department depend dependencies dependency
depending depends deploy deploying deployment deposit deprecated depression depth derived derogatory describe
described describes describing description descriptions descriptive desert deserve deserves design designed designer
designing desirable desire desired desires desk desperate despise despite destination destroy destroyed destroying
destruction destructive detached detail detailed details detect detected detection detective detectors determine
determined determines deterministic develop developed developer developers developing development deviate device
devices devil devoid diabetes dialogue dialogues dice dictionary didn died dies diet differ difference differences
different differentiate differently differs difficult difficulty digital digits dignity dilemma dimensions dinner
direct directed direction directions directive directives directly director directories directory dirt dirty
disabilities disability disable disabled disagree disaster disasters discipline disclose disclosure discomfort discord
discount discourage discourse discover discovered discovery discredit discriminate discriminated discrimination
discuss discussed discussing discussion discussions disease diseases disguise disgusting dish dishes dishonest
disinformation disk dislike disorder disorders dispatch display displayed displays dispose dispute disregard
disrespect disrespectful disrupt distance distant distinct distort distractions distribute distributed distributing
distribution diverse divide divided division docs doctor doctors document documentation documented documenting
documents does doesn doesnt dogs doing dollar dollars domain domains domestic dominant done dont door doors double
doubt down download draft drag drama dramatic draw drawing dream dreams dress dressing drift drill drink drinking
drinks drive driven driver drivers drives driving drop dropped drops drug drugs drunk duck dude dumb dummy dump
dumpster duplicate duplicates duration during duties duty dying dynamic dynamically dynamics each eager earlier early
earn earned ears earth ease easier easiest easily east easy eaten eating eats echo economic economy ecosystem edge
edgy edit editing editor educate education educational effect effective effectively effectiveness effects efficiency
efficient efficiently effort efforts eggs eight either elaborate elderly elected election elections electric
electricity element elements eligible eliminate eliminated elite else elsewhere email emails embark embarrassed
embarrassment embed embedded embedding embody embrace emergency emitted emoji emojis emotion emotional emotionally
emotions empathy emphasis emphasize emphasizing empire employ employed employee employees employer empty enable
enabled enables enabling enact encode encoded encoding encounter encountered encourage encouraged encourages
encouraging encrypt encrypted encryption endangered ended ending endless endpoint endpoints ends enemies enemy energy
enforce enforcement engage engagement engaging engine engineer engineering engineers english enhance enhanced
enhancement enhancements enhances enhancing enjoy enjoyed enjoys enough ensure ensures ensuring enter entered entering
enterprise entertain entertaining entertainment entire entirely entities entitled entity entrepreneur entries entry
enum environment environmental environments episode equal equality equally equals equation equations equipment
equivalent erase erotic error errors escape escaped eslint especially essay essence essential establish established
establishing estate esteem estimate estimated estimates ethical ethics ethnicity etiquette evade evading eval evaluate
evaluated evaluating evaluation even evening event events eventually ever every everybody everyday everyone everything
everytime everywhere evidence evil evolution evolve evolved exact exactly exam examine example examples exams exceed
exceeded exceeds excellent except exception exceptions excessive exchange excited excitement exciting exclude
excluding exclusively excuse excuses execute executed executing execution executive exercise exercises exhaustive
exhibit exist existence existing exists exit expand expect expectations expected expects expense expenses expensive
experience experienced experiences experiencing experiment experimental experimentation experiments expert expertise
experts expiration expired explain explained explaining explains explanation explanations explicit explicitly exploit
exploitation exploiting exploits exploration explore exploring explosive export exported exports expose exposed
exposes exposing exposure express expressed expressing expression expressions expressive extend extended extends
extension extensions extensive external extra extract extracting extraction extraordinary extreme extremely
extroverted eyes fabric fabricate face faced faces facial facilitate facility facing fact factor factors factory facts
factual fail failed failing fails failure failures fair fairly fairy faith faithful fake fall fallback fallen falling
falls false falsely falsify fame familiar families family famous fans fantasies fantasy farm fascinating fashion fast
faster father fault favor favorite fear fears feature features featuring federal feed feedback feeding feel feeling
feelings feels fees feet fell fellow felt female fetch fetching fever fewer fiction fictional field fields fight
fighting figure figured figures file filename files filing fill filled filling film films filter filtered filtering
filters filthy final finally finance financial find finding findings finds fine finger fingers finish finished fire
firearm firearms fired fireworks firm first fish fishing fitness fits fitting five fixed fixes fixing flag flagged
flags flash flat flavor flex flexibility flexible flight flights flip float floating floor flow flower flowers flows
flying focus focused focuses focusing folder folks follow followed followers following follows font food foods fool
foot football forbidden force forced forces forcing forecast foreground foreign forest forever forge forged forget
forgot forgotten form formal format formats formatted formatting formed former forms formula forth fortune forum
forward foster foul found foundation foundational four fourth frame framework frameworks framing fraud fraudulent free
freedom freely freeze french frequency frequently fresh friend friendly friends fries from front frontend frozen fruit
fruits fuck fucked fucking fuel fulfill full fully function functional functionalities functionality functioning
functions fund fundamental funding funds funny further future gain gained gaining gains galaxy gallon game games gang
gaps garage garbage garden gasoline gather gathering gave gear gender general generally generate generated generates
generating generation generations generator generators generic genius genocide genre gentle genuine geometry german
gets getter getting ghost giant gift gifts girl girlfriend girls github give given gives giving glad glass glasses
global globally goal goals goddamn gods goes going gold golden gone gonna good goods google gotta gotten government
governments grab grabs grace gracefully grade grades graduate grain grammar grams grand grandma grant granted graph
graphic graphs grateful gravity gray great greater greatest greedy green greet greeting grep grew grocery groom gross
ground groundbreaking grounds group grouped groups grow growing grown growth guarantee guaranteed guard guardrails
guards guess guessing guests guidance guide guided guidelines guides guiding guilt guilty guns guts guys habits hack
hacker hackers hacking hacks hair half hall hallucination hallucinations halt hand handbook handed handle handled
handler handlers handles handling hands hang hanging happen happened happening happens happily happiness happy harass
harassing harassment hard harder hardware harm harmed harmful harming harmless harmony harness harsh hash hate hated
hateful hates hatred have having head headed header headers heading headline heads health healthcare healthy hear
heard hearing heart heat heavily heavy height held hell hello help helped helper helpers helpful helping helps here
hero herself hesitate hesitation hidden hide hiding hierarchy high higher highest highlight highlighting highlights
highly highway hijack hijacking hilarious himself hints hire hired historian historic historical history hits hitting
hobbies hobby hockey hold holding holds hole holes holiday home homeless homemade homes homework honest honestly
honesty honey hood hook hooks hope hopes hoping horizon horny horrible horror horse hospital host hosted hosting hotel
hour hours house household houses housing however href html http https huge huggingface human humanity humans humor
humorous hundreds hungry hunt hurt hurting husband hyper hypocritical hypothesis hypothetical hypothetically iconic
idea ideal ideas identical identification identified identifier identifies identify identifying identities identity
ideology idiot idiotic idiots ignorance ignore ignored ignores ignoring illegal illegally illicit illness illnesses
illustrate image images imaginary imaginative imagine immediate immediately immensely immerse immigrants immoral
immune impact impacts imperative implement implementation implementations implemented implementing implements
implications imply import importance important imported importing imports impossible impressive improve improved
improvement improvements improves improving inability inaccurate inappropriate inch incident incite include included
includes including inclusive income incoming incorporate incorporates incorporating incorrect increase increased
increases increasing incredible incredibly indeed indentation independent index indicate indicated indicates
indicating indicators individual individually individuals indoor indoors industrial industries industry infer
inference inferior inferred infiltrate influence influenced influencer info inform informal information informative
informed infrastructure ingredients inhabitants inherent inherently inheritance init initial initialization initially
initiate inject injection injury inline inner innocent innovation innovative input inputs inquiries insane insecure
insensitive insert inside insider insight insightful insights inspiration inspire inspired inspiring install installed
installing instance instanceof instances instant instantly instead instruct instructed instruction instructions
instructor insult insulting insults insurance intact integer integers integrate integrated integrates integrating
integration integrations integrity intellectual intelligence intelligent intended intense intensity intent intention
intentionally intentions interact interacting interaction interactions interactive intercept interceptors interest
interested interesting interests interface interfaces intermediate internal internally international internet
interpret interpretation interpreted interpreter interpreting intersection intervention interview intimate into
intolerance intricate introduce introduced introduces introducing introduction intuitive invade invalid invent
invented invention invest investigation investing investment investments investors invite invited inviting invoke
invoked involve involved involves involving irrational irrelevant island isolated isolation issue issued issues item
items iterate iteration iterations iterative itself jack jacket jail jailbreak james jane jargon java javascript
jealous jeans jerk jewelry jobs john join joined joke jokes journalist journalists journey json judge judgement judges
judgment juice jump jumped jumps junior just justice justified justify juxtaposition karma keep keeping keeps kept
kevin keyboard keys keyword keywords kick kicked kids kill killed killer killing kind kinda kindly kinds king kingdom
kiss kitchen knew knight know knowing knowledge knowledgeable known knows label labeled labels labor lack lacks lady
laid lake lambda land landed landing lands landscape lang language languages large larger largest last late lately
latency later latest laugh launch launching laundry laws lawyer layer layers layout layouts lazy lead leader leaders
leadership leading leads leaf league leak leakage leaked leaks learn learned learning learns least leave leaves
leaving lecture left legal legally legitimate legs length lengths lengthy less lesson lessons lets letter letters
letting level levels leverage leverages liability liberal libraries library license lies life lifestyle lifetime lift
light lights like liked likely likes limit limitations limited limits line linear lines linguistic link linked links
liquid list listed listen listening listing lists literal literally literary literature little live lived lives living
llama load loaded loading loads loans local localhost locally locate located location locations lock locked logged
logger logging logic logical login logs lonely long longer longest look looked looking looks loop loopholes loops
loose lose loser loses losing loss lost lots loud love loved loves loving lower lowercase lowest loyal loyalty luck
lucky lunch luxury lying lyrics machine machines made magic magical mail mailed mailto main maintain maintained
maintainers maintaining maintains maintenance major majority make maker makes makeup making male males malicious mall
malware mama manage managed management manager managers manages managing mandatory manifest manipulate manipulated
manipulates manipulating manipulation manipulative manner manual manually many mapped mapping maps march margin
marijuana marine mark markdown marked market marketing markets marks marriage married mask mass massive master
masterpiece match matches matching material materials math mathematical mathematician mathematics matrix matter
matters mature maximize maximum maybe mayor meal meals mean meaning meaningful means meant meanwhile measure measures
meat mechanics mechanism mechanisms media medical medication medications medicine medieval meditation medium meet
meeting meetings meets member members memorable memories memory mental mentally mention mentioned mentioning mentions
menu merchant mere merely merge merging mess message messages meta metadata metal metaphor meter meth method methods
metric metrics middle middleware might migration mild mile miles military milk million millions mind minded minds
mindset mine mini minimal minimize minimizing minimum mining minor minority minors minute minutes mirror miserable
misinformation mislead misleading miss missed missing mission mistake mistakes mistral misuse mitigate mixed mixture
mobile mock mocked mocking mocks mode model modeling models moderate moderation modern modes modification
modifications modified modify modifying modular module modules moment moments monday money monitor monitoring
monologue monster month monthly months mood moon moral morality morally morals more morning mortgage most mostly
mother motion motivate motivated motivation motivational mountain mouth move moved movement movements moves movie
movies moving much multi multimodal multiple multiplication multiply murder murderer museum music musical must
mutation mutations myself mysterious nail nails naked name named names namespace naming narrative narrow nasty nation
national nations native natural naturally nature navigate navigation near nearby nearest nearly necessary neck need
needed needs negative neglect negotiate negotiation neighbor neighborhood neighboring neighbors neither nerve nested
network networking networks neutral never newly news newspaper next nextjs nice night nights nine nobody node nodejs
noise none nonsense normal normally norms north notable notation note notebooks noted notes nothing notice noticed
novel novels nuanced nuclear nude null nullable number numbered numbers numerous nurse nutrition nutritionist nuts
obey object objective objectives objects obligations observation observations observe observed obsolete obtain
obtained obtaining obvious obviously occur occurred occurrences occurs ocean offend offense offensive offer offered
offering offers office officer officers official officially officials offline often okay older olive once ones oneself
ongoing online only onto open openai opened opening openly opens operate operates operating operation operational
operations operator opinion opinions opponent opponents opportunities opportunity opposed opposing opposite optimal
optimization optimize optimized optimizing option optional options opts orange oranges orchestration order ordered
ordering orders ordinary organic organization organizations organize organized organizing orientation oriented origin
original originally origins other others otherwise ourselves outcome outcomes outdated outdoor outdoors outer outlet
outline outlined outlines outlining output outputs outrageous outside oven over overall overcome overhead overly
override overview overwhelming owned owner owners owns pack package packages packed packs page pages paid pain paint
painting pair pairing pairs palette pandas panel panic pants paper papers paragraph paragraphs parallel param
parameter parameters params paraphrase parent parents park parking parse parsed parser parsing part partial
participants participate particle particular particularly parties partner partners parts party pass passage passed
passengers passes passing passive passport password passwords past pasta paste patented path pathetic paths patient
patients pattern patterns pause paycheck paying payload payment payments pays peace peaceful peanut peer peers penalty
pending pension people perceived percent percentage perfect perfectly perform performance performed performing perhaps
period periods permanent permanently permission permissions permitted persistence persistent person persona personal
personalities personality personalized personally persons perspective perspectives persuade persuasive pets petty
phase phenomenon philosopher philosophical philosophy phishing phone phones photo photography photos photosynthesis
phrase phrases physical physically physics pick picked picking picks picture pictures piece pieces pigs pile pink pipe
pipeline pipelines pirate pivot pivotal pizza place placed placeholder placeholders placement places plagiarism plain
plaintext plan plane planet planets planned planner planning plans plant planted plants plastic plate platform
platforms plausible play played player players playful playing playlist plays playwright please pleasure plenty plot
plugin plugins plus pnpm pocket poem poems poet poetic poetry point pointing pointless points poison police policies
policy polish polite political politically politician politicians politics pollution pool poor poorly popular
populated population populations pork porn pornographic pornography port portfolio pose poses position positions
positive possess possession possibility possible possibly post posted posting posts potato potatoes potential
potentially pound pounds poverty power powered powerful powers practical practice practices practicing prank
precautions precious precise precisely precision predict predicting prediction predicts prefer preference preferences
preferred prefix prefixed pregnant prejudice premium preparation prepare prepared preparing prescription presence
present presentation presented presenting presents preserve preserving president presidential press pressure pretend
pretending pretty prevent preventing prevention prevents preview previous previously price priced prices pricing pride
primarily primary prime primitive primitives principal principle principles print printed printf printing prints prior
prioritize priority prison prisoners privacy private privilege privileged privileges probability probably problem
problems procedure procedures proceed process processed processes processing produce produced produces producing
product production productivity products profanity profession professional professionals professor profile profit
profits program programmed programmer programming programs progress progressive project projects prominent promise
promised promises promising promote promotes promoting promotion prompt prompted prompting promptly prompts prone
proof prop propaganda proper properly properties property proposal propose proposed proprietary props pros protagonist
protect protected protecting protection protest protocol protocols prototype proud prove proven provide provided
provider providers provides providing proving provoking proxy psychological psychologist psychology psychotic public
publicly publish published pull pulled pulling punch punctuation punishment purchase purchased purchases pure purely
purple purpose purposes pursue push pushed pushing puts putting puzzle python qualified qualities quality quantity
quantum quarter queries query quest question questioning questions queue quick quickly quiet quit quite quote quotes
race races racial racism racist radiation radical radio radius rain raise raised raising random randomly range rank
ransom rant rape raped rapidly rare rarely rate rated rates rather rating ratings ratio reach reached reaches reaching
react reaction reactions read readable reader readers reading readonly reads ready real realistic reality realize
realized really realm reason reasonable reasoning reasons recall receive received receives receiving recent recently
recipe recipes recipient recipients reckless recognition recognize recognized recommend recommendation recommendations
recommended record records recover recursion recursive redirect redirects reduce reduced reducing redundant refactor
refer reference references referred referring refine reflect reflecting reflection reflections reflects reform refrain
refugees refund refusal refuse refused refuses refusing regard regarding regardless regards regex region regions
register registered registry regression regret regular regularly regulations regulatory reject rejected rejects relate
related relation relations relationship relationships relative relax release released releases relevance relevant
reliability reliable reliably relief relies religion religious rely relying remain remainder remaining remains
remarkable remarks remember remembers remind reminder reminders remorse remote remotely remove removed removes
removing render rendering renewable renowned rent repeat repeated repeatedly repeating rephrase replace replaced
replacement replaces replacing replicate replies reply replying repo report reported reporter reporting reports
repository represent representation representative represented representing represents reproduce reproducible
reputation request requested requesting requests require required requirement requirements requires requiring research
researcher researchers researching reservation reserve reserved reset residential residents resist resistance
resolution resolve resolved resolves resolving resort resource resources respect respected respectful respective
respectively respond responding responds response responses responsibilities responsibility responsible responsive
rest restaurant restaurants restore restrict restricted restriction restrictions result resulting results resume
retire retirement retries retrieval retrieve retry return returned returning returns reusable reuse reveal revealed
revealing reveals revenge revenue reverse reversed revert review reviewing reviews revolution revolutionary reward
rewards rewrite rhetoric rich ride riding right rights ring rings rise rising risk risks risky rival road roads roast
robbery robbing robin robot robust rock role roleplay roles roll rolled rolling rolls romance romantic room rooms root
rope rose rough round rounded rounds route router routers routes routine routing rows royal rude ruin rule rules
running runs runtime rush sabotage safe safeguards safely safer safety said sake salad salary sale sales salt same
sample samples sandwich sandwiches sanitize sarah sarcasm sarcastic satellite satisfy satisfying saturday sauce save
saved saves saving savings saying says scale scaling scam scams scan scandal scanner scanning scare scared scary
scenario scenarios scene scenes schedule scheduled schema schemas scheme schemes school schools science scientific
scientifically scientist scientists scoop scope score scored scores scoring scratch screaming screen screens
screenshots script scripts scum seamless seamlessly search searches searching season seat seats second secondary
seconds secret secretly secrets section sections sector secure security seed seeds seeing seek seeking seeks seem
seems seen sees segment select selected selection selects self selfies selfish sell selling sells semantic send
sending sends senior sense sensitive sent sentence sentences sentient sentiment separate separated separately
separation sequence sequences serial serialization series serious seriously serve served server serverless servers
serves service services serving session sessions sets setting settings settle settlement setup seven several severe
severely severity sexism sexist sexual sexuality sexually shadow shadows shake shall shallow shame shameful shape
shaped shapes share shared shares sharing sharp sheet shell shift shine ship shipped shirt shirts shit shitty shoes
shoot shooting shop shopping short shorter shorts shot shots should shoulders show showcase showcasing showed showing
shown shows shut shutdown sick side sidebar sided sides sight sign signal signature signatures signed significance
significant significantly signs silence silent silly similar simple simpler simplicity simplify simply simulate
simulated simulating simulation simulator simultaneously since single singular sister site sites sitting situation
situations size sizes skill skilled skills skin skinny skip slang slave sleep sleeping slice slight slightly slip
slope slow slowly slurs small smaller smallest smart smarter smartphone smell smile smoke smooth smuggle smuggling
snake sneak snippet snippets snow snowflakes soccer social societal society socket socks soft software soil solar sold
soldier soldiers sole solely solid solo solution solutions solve solving some somebody somehow someone something
sometimes somewhere song songs sonnet soon sophisticated sorry sort sorted sorts soul sound sounds source sources
south southern space spacecraft spaces spacing spam span spare speak speaker speaking speaks spec special specialist
specialized specializes specializing species specific specifically specification specifications specifics specified
specify speech speed spell spelling spend spending spends spent spin spirit split spoken sponsor sponsors sponsorship
sports spot spots spouse spread spreading spreads square squares stability stable stack stadium staff stage stale
stance stand standalone standard standards standing stands star stars start started starter starting starts startup
state stated statement statements states static stating station statistical statistics stats status stay stayed
staying stays steak steal stealing steals step steps stereotypes steve stick still stock stocks stole stolen stone
stop stopped stopping stops storage store stored stores stories storm story storytelling straight straightforward
strange strategic strategies strategy strawberry stream streaming streams street streets strength strengthen strengths
stress stretch strict strictly strike string stringify strings strip strive strong stronger strongly structural
structure structured structures struggle struggles struggling stuck student students studies study studying stuff
stupid style styles styling subject subjective subjects submission submit submitted subscription subscriptions
subsequent substance substances substantial substitute substring subtle subtly succeed success successful successfully
such suck sudden suddenly suffer suffering sufficient sufficiently sugar suggest suggested suggesting suggestion
suggestions suggests suicidal suicide suit suitable suited summarize summary summer super superhero superior
superiority supplements supplies supply support supported supporters supporting supportive supports suppose supposed
suppress sure surely surface surgery surprise surprising surrounded surrounding surroundings surveillance survey
survival survive suspect suspects suspicion suspicious sustainability sustainable swap swear swears sweet swift swim
switch switching symbol symbols symptoms sync synchronous synonyms syntax synthesis synthesize synthetic system
systematic systems table tables tackle tactics tags tail tailored take taken takes taking tale talk talked talking
talks tall tank tape target targeted targeting targets task tasked tasks taste taught taxes teach teacher teachers
teaches teaching team teams tech technical technique techniques technological technologies technology teenager teeth
tell telling tells temp temperature temperatures template templates temporary tend tendency tennis tense tension term
terminal terminated terms terrible territory terrorism terrorist terrorists test tested testing tests text texting
texts than thank thanks that thats theft their them theme themes themselves then theoretical theories theory therapist
therapy there therefore these thesis they thick thief thin thing things think thinking thinks third this thorough
thoroughly those though thought thoughtful thoughts thousand thousands thread threat threaten threatening threats
three threshold thrill through throughout throw throwing thrown throws thru thus ticket tickets tied tier ties tight
till time timeout times timestamp timing tiny tips tired tires title titles today todo todos together token tokens
told tolerance tolerate tomatoes tomorrow tone tones tonight tons took tool tools topic topics torn torture total
totally touch touches tough tour tourist tourists toward towards town toxic toys trace traces track tracking tracks
trade trading traditional traditions traffic trafficking trailer train trained training trait traits transaction
transactions transfer transferred transfers transform transformation transformed transformer transformers transforms
transition transitions translate translation translator transparency transparent transport transportation trap trapped
trash travel traveler traveling travels treasure treat treated treating treatment treatments treats tree trees trends
trial triangle trick tricks tried tries trigger triggered triggers trim trip triple trips troll trolls troops trouble
true truly trump truncate trust trusted truth trying tune tuned tuning tunnel turbo turn turned turning turns tutorial
tweet tweets twenty twice twist twisted twitter type typed typeof types typescript typical typically typing ugly
ultimate ultimately unable unauthorized uncensored uncle unclear uncomfortable uncover undefined under underlying
undermine understand understandable understanding understands understood undetected undo unemployment unethical
unexpected unfair unfairly unfiltered unfortunately unhappy unhinged uniform unintended union unions unique unit units
universal universe university unknown unless unlike unlimited unlock unlocked unnecessary unrestricted unsafe
unsolicited unsure until unusual unwanted upcoming update updated updates upgrade upload upon upper uppercase urban
urgency urgent urgently usage used useful useless user username users uses using usual usually util utilities utility
utilize utilized utilizes utilizing utils utmost vacation vaccines vague valid validate validated validates validation
validator valuable value values vandalize vanilla variable variables variant variants variation variations variety
various vast vector vegetables vehicle vehicles venture verbal verbatim verbose vercel verification verified verify
verifying version versioning versions very vibrant vice victim victims victory video videos view viewed viewers views
village violate violating violation violations violence violent viral virtual virus viruses visible vision visit
visited visiting visits visual visualization visually vital vivid vocabulary voice void volume vote voter voters votes
voting vulgar vulnerabilities vulnerability vulnerable wage wages wait waiting wake walk walking walks wall wallet
walls wanna want wanted wanting wants warm warn warning warnings wash washed waste watch watched watching water wave
ways weak weaken weaknesses wealth wealthy weapon weapons wear wearing wears weather website websites wedding weed
week weekend weekly weeks weigh weight weights weird welcome welfare well wellbeing went were west what whatever whats
whatsoever wheel when whenever where whether which while white whitespace whole whom whose wide widely width wife wild
will willing wind window windows wine wing winner winning wins winter wisdom wise wish wishes with withdraw withdrawal
within without wizard woman women wonder wondering wont wood word words work worked worker workers workflow workflows
working workout workplace works workshop world worlds worldwide worried worry worse worst worth worthless would wrap
wrapped wraps wrist write writer writes writing written wrong wrote yaml yard yarn yeah year years yellow yesterday
yield young younger your youre yours yourself yourselves youtube zero zone
`.match(/[a-z]+/g),
);
