/**
 * 8621 groups of common English words that share a usual meaning, by part of speech (n noun, v verb, a adjective, r adverb), one a line. Written by
 * `train/synonyms.ts` from WordNet 3.1; the licence is `SYNONYM_NOTICE`.
 */
export const SYNONYM_GROUPS = `
n
abandon wildness
abandonment defection desertion
abandonment desertion
abasement abjection degradation
abdomen belly stomach
aberration distortion
ability power
abode dwelling home
abode residence
aborigine native
abreaction catharsis
abruptness curtness
abruptness suddenness
abstract abstraction
abstract outline
abstraction generalization
abstractionism unrealism
abstruseness obscurity
abstruseness profundity
abuse insult
abuse misuse
acceleration quickening
accelerator throttle
accent dialect idiom
accent emphasis
accenting emphasizing
acceptance adoption
access approach
accessibility availability
accessory accouterment
accessory supplement
accompaniment attendant
accompaniment backup
accomplice confederate
accomplishment achievement
accomplishment attainment skill
accord accordance
accord agreement
accord pact treaty
account chronicle history
account report
accountant controller
accretion accumulation
acculturation culture
accumulation aggregation collection
ace adept genius hotshot sensation star virtuoso whiz wizard
ace one single unity
acetonemia ketosis
ache aching
acid pane
acidity sour
acquaintance familiarity
acquaintance friend
acquiescence assent
acquisition learning
acres estate
acrobatics tumbling
act deed
act enactment
acting performing playacting playing
action activity
actor player
acute ague
adamant diamond
adaptation version
addiction dependence dependency
addition gain increase
address speech
adherent disciple
adieu adios
adjustment alteration modification
adjustment fitting
adjustment readjustment
administration brass establishment organization
administration disposal
administrator executive
admiration esteem
admiration wonder
admirer champion protagonist supporter
admonition warning
ado bustle flurry hustle stir
adolescent teen teenager
adoption borrowing
adroitness facility quickness
adult grownup
adulthood maturity
advance betterment improvement
advance feeler overture
advance progress progression
advent coming
adventure escapade
adventurer explorer
adversary antagonist opponent
adversity hardship
advertisement advertising
advisor consultant
advocate counsel counselor
advocate proponent
aerial antenna
aesthetic esthetic
affair intimacy liaison
affair matter
affair occasion
affection fondness
affiliation tie
affirmation assertion
affluence richness
affront insult
aged elderly
agency bureau office
agenda docket schedule
agglomerate cumulus heap mound pile
aggregate total totality
aggregation collecting
aggression aggressiveness
aggressor attacker
agitation ferment fermentation unrest
agony suffering
agony torment torture
agreement correspondence
agreement understanding
agriculture farming husbandry
aid assist assistance help
aid assistance
aid assistance help
aide auxiliary
ailment complaint ill
aim intent intention purpose
aim object objective
airplane plane
airs pose
alarm alert
alarm consternation dismay
alert alerting
alerting alertness
alertness vigilance wakefulness
alibi excuse
alien foreigner
alien stranger unknown
alienation estrangement
alignment coalition
allegiance commitment loyalty
allegory emblem
allegory parable
alley alleyway
allocation allotment
ally friend
aloneness loneliness
alteration change
alteration revision
altercation fracas
alternate replacement
alternative choice option
altitude elevation
altogether raw
alveolar dental
amazement astonishment
amber gold
ambiance atmosphere
ambition aspiration dream
amble stroll
ambuscade ambush
ammo ammunition
amount measure quantity
amount sum
amplification elaboration
amplification gain
amplitude bounty
amusement entertainment
analogue parallel
anatomy build figure flesh frame physique shape
ancestor antecedent
ancestry lineage pedigree
anchor backbone
angel backer
angel saint
anger wrath
angle slant
anguish torment torture
animal beast brute creature
annihilation obliteration
announcement proclamation
annoyance chafe vexation
annoyance irritation vexation
answer reply response
answer result solution solvent
antecedent forerunner
antenna feeler
antic joke prank
anticipation expectancy
anticipation prediction
antipathy aversion distaste
apex vertex
aplomb cool poise
apogee culmination
apologia apology
apology excuse
apothecary chemist pharmacist
apparatus setup
apparition phantom shadow
apparition phantom specter
appeal charm
appeal prayer
appearance appearing
applause clapping
applicability pertinence
appointment date engagement
appointment designation naming
appointment fitting
appraisal assessment
appraisal estimate
appreciation grasp hold
appreciation taste
apprehension dread
apprehension misgiving
apprehension savvy understanding
apprentice learner
approach approaching coming
approaching coming
approval blessing
approximation estimate
arc spark
architect designer
ardor fervor
ardor zeal
area region
arena domain orbit sphere
arena stadium
argot cant jargon slang
arguing argument contention controversy tilt
argument debate
argument statement
aristocracy gentry
aristocracy nobility
arm weapon
armament equipping
arms munition
aroma fragrance perfume scent
aroma odor scent smell
arousal rousing
arrangement organization
arrest halt hitch stay
arrival comer
arrival reaching
art artistry prowess
article clause
articulation join joint junction juncture
artillery gun
artillery weapon
artilleryman gunner
artisan craftsman
ascendancy dominance
ascending rise
aside excursus parenthesis
asking request
aspect facet
aspect scene view vista
aspirant hopeful
ass behind bottom buttocks posterior rump seat stern
assay check
assemblage gathering
assemblage hookup
assembly forum
asset plus
asshole bastard prick
assigning assignment
assistant help helper supporter
associate companion comrade familiar fellow
assortment classification
assortment mixture potpourri variety
assumption premise
assurance confidence
asymmetry imbalance
athletics sport
atm atmosphere
atom molecule particle speck
atrophy withering
attack onrush onset onslaught
attempt effort endeavor try
attendance attending
attendant tender
attending attention
attention care tending
attic loft
attire dress garb
attitude posture
attorney lawyer
attribute dimension
audacity temerity
audience hearing
authentication hallmark
authenticity legitimacy
author generator
author writer
authorities government regime
authority authorization potency
authorization mandate
authorization sanction
authorship writing
auto automobile car motorcar
autonomy liberty
autopsy necropsy
autumn fall
avarice covetousness
avarice covetousness greed
avenue boulevard
average norm
avoidance dodging
award awarding
award honor honour laurels
award prize
awareness cognizance consciousness
awe fear reverence
axiom maxim
babe baby infant
baby child
back rear
backbone guts sand
backbone spine
backing championship patronage
backing funding
backlog reserve
backstage offstage wing
backup substitute
bad badness
badness severity
bag base
baggage luggage
bait hook lure
bait lure
balk deterrent handicap
balk rafter
ball globe orb
ballad lay
ballot vote voting
ballpark park
ballyhoo plug
balustrade banister
ban prohibition
band circle lot
band striation
bang bash knock smash
bang blast clap
banquet feast
bar ginmill saloon
barb dig jibe shaft
barbarian peasant
barbarian savage
bargain buy steal
bargain deal
barkeep bartender
barrage onslaught
barrel drum
barricade roadblock
barrier roadblock
base foundation groundwork
basement cellar
basic staple
basics fundamentals
basis footing
basis groundwork
bastard illegitimate
batch deal flock heap lot mass mint mountain peck pile plenty raft stack wad
bathing washup
bathroom john lavatory privy toilet
bathtub tub
battalion multitude pack
batter hitter slugger
battle conflict engagement fight
battle conflict struggle
battle struggle
battlefield battleground field
battlefront front
bawdyhouse brothel
bead drop pearl
beard whiskers
bearer carrier toter
bearing comportment mien
bearing heading
beast brute savage wildcat
beat heartbeat pulsation pulse
beat rhythm
beat round
beating licking
beau boyfriend
beau clotheshorse dude gallant
beauty mantrap sweetheart
beef bitch gripe squawk
beehive hive
beginner founder
beginner initiate
beginning first kickoff offset outset start
behavior behaviour
behavior behaviour conduct demeanor
behavior conduct
being existence
being organism
belch belching
belief feeling impression notion
believer worshipper
bell doorbell
bell toll
belligerent combatant fighter
bellow holler hollering roar roaring
beloved dear honey love
bench judiciary
bench terrace
bend crook turn
benefit welfare
bequest legacy
berth bunk
berth post
bet wager
betrayal treachery treason
betterment melioration
beverage drink
bewilderment puzzlement
bias diagonal
bias preconception prejudice
bicker bickering fuss squabble
bicycle bike
bid bidding command
bid tender
bill measure
billion million
billow surge
bird chick dame doll
bird fowl
birdie shuttle
birthplace cradle provenance
biscuit cookie
bit chip flake fleck scrap
bit minute moment second
bite morsel
bite sting
bitter bitterness
bitterness rancor resentment
bivouac camp encampment
bivouac encampment
black blackness
blackening darkening
blah bombast rant
blame rap
blandness smoothness
blanket cover
blare blaring clamor din
blasphemy desecration sacrilege
blast gust
blaze blazing
blaze hell
bleb blister
blemish mar
blend blending
blending shading
blessing boon
blessing thanksgiving
blind screen
blink wink
block cube
bloke chap cuss fella fellow lad
blond blonde
blood rake rip
bloom blooming
bloom blossom flower
blossom flower flush heyday peak prime
blow bump
blow reversal reverse setback
blubber fat
blueprint design
blunder flub
blur fuzz
blush flush
bluster bravado
board plank
boater sailor
boatload carload
bodybuilder muscleman
bodyguard escort
bogey bogy
boiler kettle
boiling stewing
boldness daring
boldness nerve
bomber sub submarine wedge
bone ivory pearl
bones castanets
bonnet cowling
bonus fillip
bonus incentive
boo hiss hoot snort
booby dope dumbbell dummy
book volume
boom roar roaring thunder
boost encouragement
boost hike
boot kick thrill
booth stall
booty loot plunder prize
booze liquor spirits
border borderline
border edge
border margin
bore caliber calibre
bore dullard
bore eager
boss chief foreman
bother fuss trouble
bother infliction
bottleneck constriction
bottom underside
boulder bowlder
bounce bouncing
bounce leap leaping
bound boundary bounds
bound boundary edge
bound boundary limit
bouquet corsage
bouquet fragrance sweetness
bowl trough
boy son
brace pair
brace pair span yoke
brain head mind psyche
brain mentality wit
brainstorm insight
branch ramification
branch subdivision
brand make
bravery courage
breach rift rupture
bread cabbage dough kale loot scratch sugar
breadth width
break fracture
break interruption
breakdown dislocation
breakdown rot
breakthrough discovery find
breakup separation
breakwater groin
breast chest
breast tit
breathing respiration
breeding fostering nurture raising rearing
breeding training
breeze cinch picnic walkover
brevity transience
bridegroom groom
brightness cleverness
brightness luminosity
brilliance genius
brilliance glare
brilliance grandeur magnificence splendor
brilliancy luster lustre splendor
bringing delivery
brink verge
brittle toffee
broadcast program
broadside circular flyer
broadside philippic
brooding incubation
brook creek
brother buddy crony
brotherhood fraternity
brow eyebrow
brow forehead
bruise contusion
brush thicket
buck clam dollar
bucket pail
buckle warp
bucolic peasant provincial
buff devotee fan lover
buffer fender
buffet sideboard
buffoon clown
buffoon clown goof
build physique
builder constructor
building construction
building edifice
bulge bump prominence protuberance swelling
bulk majority
bulk volume
bull bullshit shit
bullet fastball heater
bullet slug
bully roughneck rowdy ruffian tough
bullying intimidation
bum idler
bum puke rat skunk
bum tramp
bunch clump cluster
bunch crew crowd gang
bundle package packet
bundle pile
bundle sheaf
bunker dugout
burden encumbrance
burden essence
burden load loading
bureau dresser
burn burning
burn tan
burning combustion
burrow tunnel
burst explosion
burst salvo volley
bush scrub
bush shrub
bushwhacker hillbilly
business job occupation
bust fizzle flop
butt goat
bypass shunt
cab taxi
cabinet locker
cackle chatter
cadaver corpse remains stiff
cadence meter
cafe coffeehouse
cage coop
calamity catastrophe disaster tragedy
calculation computation computing
calculation computation figuring reckoning
calculation deliberation
calculator computer
caliber calibre quality
call cry outcry shout yell
callback recall
calling career vocation
calm calmness composure equanimity
camouflage disguise
campaign cause crusade drive
camping encampment tenting
cancel natural
candidate prospect
candour fairness
caning wicker
canon canyon
canter lope
canvas canvass
canvass poll
canvass sail
capability capacity
capability potentiality
capacitance capacitor condenser
captive prisoner
captivity imprisonment
capture seizure
caravan train
care caution precaution
care concern fear
careen sway
carelessness negligence
cargo freight load payload shipment
carnival circus
carnival fair
carpentry woodwork
carpet rug
carriage coach
carriage posture
carving sculpture
case event
case instance
case suit
cast mold
cast mold mould stamp
castigation chastisement
casting molding
castle palace
cat guy
catalog catalogue
catapult launcher
catapult sling slingshot
catastrophe disaster
catch haul
catching detection
category class family
cattle cows oxen
cattleman cowboy cowhand cowpuncher puncher
caution caveat
cautious timid
cavalry horse
cavalryman trooper
cavity pit
celebration festivity
celebrity fame
celerity quickness rapidity
cemetery graveyard
censoring censorship
censure exclusion
cent penny
centenary centennial
center centerfield
center middle
centering focus focusing
century hundred
ceremony observance
certificate certification credentials
certification documentation
chaff stalk straw
chagrin humiliation mortification
chains irons
chair chairman
chair professorship
chaise daybed
champ champion
champion fighter hero
chance fortune hazard luck
chance opportunity
channel groove
chap crack crevice
char woman
character quality
characteristic feature
chart graph
chase following pursuit
chastity virtue
chatter chattering
cheat slicker
checkup medical
cheer cheerfulness sunshine
cheering shouting
chela claw
chew cud plug wad
chief chieftain
child fry kid minor nestling youngster
chill quiver shiver shudder thrill tingle
chill shivering
chilling cooling
chips fries
chivalry gallantry
choice option selection
choice pick selection
choir consort
chopper pearly
chore job task
chortle chuckle
chorus refrain
chosen elect
chuck eats grub
chump fool gull sucker
chunk clod clump lump
churchman cleric divine
chute parachute
cilium lash
cinema film
cinematography filming
cipher naught nothing null zero zip
cipher zero
circuit tour
circumstance consideration
circumstance context
circumstances destiny fate luck
citation cite mention quotation reference
city metropolis
civilization culture
clamor clamoring
clamshell grapple
clan kindred
clang clangor clangoring clank clash crash
clannishness exclusiveness
clarification clearing
clarification illumination
clarity clearness
clarity clearness lucidity
clash friction
clasp clench clutch clutches grip hold
class grade
class stratum
classmate schoolmate
classroom schoolroom
clay mud
cleaning cleansing
clear open
cleft crack crevice
clench clinch
clergyman reverend
cliche commonplace
click clink
client customer
clientele patronage
climate mood
climax culmination
climb climbing
climb mount
climb raise rise upgrade
clink jail
clip time
clique ingroup
clobber stuff
clod gawk lummox lump
close closing
close conclusion finale finish last
close finale
closet cupboard
closet wardrobe
closing closure
cloth fabric material textile
clothes dress
clothing wear
cloudburst deluge downpour torrent
clowning comedy
clowning prank
club gild lodge society
club nine
clue hint
clump thud thump thumping
coach handler manager
coach tutor
coalescence coalition
coalition fusion
coast seacoast
coat coating
coating finish finishing
cock hammer
cock prick
code codification
coffee java
cognizance ken
cohesion cohesiveness
coil curl whorl
coil whorl
coincidence conjunction
cold coldness
collaborator confederate
collaborator pardner partner
colleague confrere fellow
colony settlement
color colour vividness
combat fight fighting
combine combining
combining compounding
come ejaculate
comeback replication retort
comedian comic
comfort consolation solace
commandment teaching
comment commentary
comment gossip
comment input remark
commentator observer
commentator reviewer
commerce commercialism
commie communist
commiseration pathos pity
commission committee
common green park
commonwealth country nation
commotion din rumpus tumult
commotion disruption disturbance flutter
commotion whirl
communicating communication
communion sharing
communique despatch dispatch
commutation commuting
companionship company fellowship society
compare comparison equivalence
comparing comparison
compass grasp
compass orbit range reach scope
compassion pity
competition contention
competition contest
competitor rival
compilation compiling
compilation digest
complaisance compliance deference
complex composite
compliance conformity
compliance submission
component constituent element
component constituent part portion
component element factor ingredient
composing composition
composition makeup
compunction remorse
con convict inmate
con hustle
conceit vanity
concentration denseness density
concept conception construct
conception creation
concession yielding
conclusion decision determination
concord harmony
condemnation curse
condemnation disapprobation
condescension disdain patronage
condition precondition
condition status
conditions weather
conduction conductivity
confederacy conspiracy
conference league
confidant intimate
configuration constellation
configuration contour shape
confinement labor labour
confirmation verification
confluent feeder
confrontation showdown
confusion disarray
congregation faithful fold
congressman representative
conjecture guess hypothesis speculation surmise
conjecture speculation
conjunction connective
conjunction junction
connection connective
connection link
conquest seduction
conquest subjugation
conscription muster
consequence effect outcome result upshot
consistence consistency
consolation solace
consolidation integration
constancy stability
constant invariable
constitution establishment formation
consultation interview
consumption intake uptake
contamination pollution
contamination taint
contemplation musing reflection
contemporaries generation
contempt despite disdain scorn
contempt disrespect
contempt scorn
content contents
content message
contestant dissenter
continuance continuation
continuance duration
continuity persistence
contortion deformation
contraceptive preventive
contraption contrivance gadget
contrary opposite reverse
contrast demarcation
contribution donation
contrivance dodge stratagem
convention normal rule
conversion transition
conviction sentence
cop copper fuzz
cope coping header
coquette flirt tease
core nucleus
corporeality physicalness
corpulence overweight
correctness rightness
correspondent newspaperman
cosmos existence universe world
cost price
cost price toll
couch lounge sofa
counsel counseling guidance
count counting reckoning tally
countenance imprimatur sanction warrant
countenance physiognomy visage
countenance visage
counterbalance equilibrium
counterbalance offset
counterpart similitude
country nation
coup takeover
coupling mating pairing union
courier messenger
course trend
court tribunal
cover covering masking
coverage reporting
crack gap
cracking fracture
craft trade
crafter craftsman
cramp spasm
crash wreck
craze cult furor
craze delirium frenzy fury hysteria
creak creaking
cream pick
crease fold
crease furrow seam wrinkle
creativeness creativity
creature puppet tool
credit recognition
credo creed
crest top
crew gang
crib pony trot
criminal crook felon outlaw
crimson ruby
crisscross cross
criterion standard
criterion standard touchstone
criticism critique
critique review
croak croaking
crop harvest
crossroad intersection
crossroads hamlet
crossroads juncture
crude oil
crudity rudeness
cruelty harshness
cruelty ruthlessness
cruise sail
crush infatuation
crush jam
crust insolence
cry yell
crying tears weeping
cuddle nestle snuggle
cultivation finish polish refinement
cure remedy therapeutic
curio curiosity peculiarity
curiosity wonder
curl lock whorl
current stream
curse cuss expletive oath swearing
curse hex
curtain drape drapery pall
cusp leaflet
cuss gadfly
custody hands
custom customs
custom tradition
custom usage
cut gash
cycle rhythm round
dab pat
dab splash splatter
dad daddy papa pop
dagger obelisk
dainty delicacy treat
dais pulpit rostrum
damage harm
damage harm impairment
dame lady madam
damn darn hoot shucks
dance dancing
danger peril risk
dare daring
dark darkness
dark darkness shadow
dark darkness wickedness
darling favorite pet
darn mend
dart flit
dash flair
dash sprint
daughter girl
dawn dawning daybreak morning
daydream reverie revery
daylight daytime
days years
deadlock impasse standstill
dealer trader
dealing dealings transaction
dealings relations
debacle slaughter walloping whipping
debauch orgy
debility feebleness infirmity
debris dust junk rubble
debut entry introduction launching
decade ten
decay decline
deceased decedent
deceleration retardation slowing
decline diminution
decomposition disintegration
decoration medal ribbon
decoration ornament
decrease decrement
decrease lessening
decree fiat
deduction implication
deep trench
defeat frustration
defeat licking
defect fault flaw
defection renunciation
defendant suspect
defender guardian
deficiency inadequacy
deficiency lack want
deficit shortage
defining shaping
deflection warp
deformation distortion
degree level
degree level stage
deity divinity god immortal
dejection stool
delay holdup
delay wait
delicacy discretion
delight joy pleasure
deliverance rescue saving
deluge flood inundation
deluge flood inundation torrent
demand requirement
democracy republic
demolition destruction
demon devil fiend
demon fiend
demonstration presentation presentment
denomination designation
denseness density
dent gouge
dent prick scratch slit
departure deviation difference divergence
departure exit expiration going passing
departure going leaving
dependence dependency
deportee exile
deposit sediment
deposit sedimentation
depot storage storehouse
depot terminal
depreciation disparagement
depredation ravage
depression slump
deputy lieutenant
derision ridicule
derivative differential
descendant descendent
descent extraction origin
design designing
design plan
designation identification
desolation loneliness
desolation nakedness
despair desperation
despatch dispatch
despotism dictatorship tyranny
despotism tyranny
dessert sweet
destination goal
destiny fate
detachment disengagement
detachment insularity insulation
detail item particular
detection sensing
detective investigator
detector sensor
deterioration impairment
determination finding
determination purpose
development evolution
development growing growth maturation
deviant deviate
device twist
devil dickens
devilment mischief shenanigan
diagnosing diagnosis
diagnostician pathologist
diam diameter
diarrhea diarrhoea
diary journal
dice die
dictionary lexicon
dictum pronouncement
difference dispute
diffusion dissemination
dig excavation
diligence industry
diminution reduction
diplomacy statesmanship
direction way
directionality directivity
director manager
dirge lament
dirt grease soil stain
dirt shit
dirt soil
disability handicap impairment
disabled handicapped
disagreement discrepancy
disagreement dissension
disappearance fade
disappointment letdown
disapproval dislike
disbelief skepticism
disc disk
disc disk record
discharge emission
discipline subject
disclosure revealing revelation
disconnect gulf
discord dissension
discord strife
discourse discussion
discourse preaching sermon
discovery find
discredit disrepute
discrepancy variant
discretion prudence
disengagement fallback
disgrace shame
dishonor dishonour
disintegration dissolution
disinterest neutrality
dislocation disruption
disorder upset
dispatch shipment
dispersal dispersion dissemination
dispersion distribution
displacement shift
display exhibit showing
display show
disposal disposition
disposition inclination tendency
disposition temperament
disregard neglect
disruption interruption
dissemination spreading
dissent objection protest
distinction eminence
distinctness severalty
distress hurt suffering
district dominion territory
distrust misgiving mistrust suspicion
distrust mistrust
disturbance perturbation
disturbance perturbation upset
dive diving
dive honkytonk
diversion recreation
diversity variety
divertimento serenade
divide watershed
dock pier wharf
dock sorrel
doctor physician
doctrine ism philosophy
document papers
dodge dodging scheme
dodging escape
doggerel jingle
dogma tenet
domain land
domination mastery supremacy
donor giver
doomed lost
door doorway threshold
doorhandle doorknob
doorman porter
dope gage skunk weed
dosage dose
doubt uncertainty
doze drowse
dozen twelve
dozens loads lots scores tons wads
draft draught
drafting drawing
drain drainage
drama play
dramatics theater theatre
dramatist playwright
draught gulp swig
dreamer idealist
dribble drip trickle
drift impetus
drill exercise practice
drink drinking drunkenness
drive thrust
drone laggard poke trailer
drone monotone
droop sag
droppings dung muck
dross impurity
drugstore pharmacy
drunk drunkard
dryness sobriety
dugout pirogue
dullard stupid
dun fawn
dungeon keep
dupe victim
duplicate duplication
duplicate extra
duration length
dusk nightfall twilight
duty obligation responsibility
duty tariff
dwarf gnome
dweller inhabitant
eagerness keenness
eagerness readiness zeal
earnestness seriousness
earnestness seriousness sincerity
earnings net profit profits
earnings pay remuneration salary wage
earphone phone
earth globe
earth ground
earthquake quake
ease relief
east eastward
eating feeding
ebb ebbing wane
ebony sable
eccentric flake
eccentric type
echo reverberation
ecstasy rapture
education instruction teaching
effect impression
effectiveness potency
effluent wastewater
effort exertion
effort exploit feat
egg eggs
egg testicle
ego egotism
ego self
ejection expulsion
elaboration enlargement expansion
elaboration refinement
elder senior
elector voter
elevation height peak pinnacle superlative
elevation lift raising
elimination evacuation excretion
emanation emission
embodiment incarnation
embrace embracing
emergency exigency
emotionalism emotionality
emphasis vehemence
empiricism quackery
employ employment
employment work
emptiness vacancy vacuum void
enactment portrayal
enchantment fascination
enchantment spell trance
encoding encryption
encounter meeting
encounter skirmish
encroachment impact
encroachment intrusion invasion
encroachment trespass violation
encumbrance preventive
end ending
end terminal
endeavor enterprise
endowment gift talent
endpoint termination
endurance survival
enemy foe
energy push
energy vigor zip
enervation exhaustion
engineering technology
enigma mystery secret
enigma riddle
enlargement expansion
enlightened initiate
enlightenment nirvana
enrollment registration
entanglement web
entering entrance
entering entrance incoming
enterprise initiative
entirety totality
entrance entranceway
entrant fledgling freshman newcomer
environment environs surround surroundings
epicure gourmet
epigram quip
episode installment
epitome paradigm prototype
epoch era
equal peer
equality equation equivalence par
equity fairness
erosion wearing
error fault mistake
essence meat pith substance
essential necessary necessity requirement
establishment institution
esteem respect
ethics morality morals
evaluation rating
evaluation rating valuation
evangelist gospeler
evaporation vapor vaporization
even evening
evidence grounds
evil wickedness
evildoer sinner
exaggeration magnification
exam examination test
examination interrogation
examination scrutiny
example exemplar
example illustration instance
exception exclusion
excess surfeit
excess surplus
exchange interchange
excitability irritability
excitement fervor
exclaiming exclamation
exclusive scoop
excursion outing sashay
executing execution
execution performance
exemption freedom
exercise exercising workout
exercise usage use utilization
exhaust fumes
exhibition exposition
exit outlet
expanse sweep
expectation outlook prospect
expenditure outlay spending
expiration termination
exploitation using
express limited
expression face look
expression reflection
extension propagation
exterior outside
extreme extremum
extremity member
extremum peak
exultation rejoicing
eyeball orb
eyelid lid
eyepiece ocular
eyesight seeing
fabric framework
facade frontage frontal
facility installation
faction sect
factory mill
faculty module
faculty staff
failing weakness
faint swoon
fairy pansy queer
faith religion
fake faker fraud pseudo sham
fake sham
fall tumble
falloff slack slump
falls waterfall
falsity untruth
falter faltering hesitation waver
familiarity intimacy
family household
fanatic fiend
fancy fantasy illusion phantasy
fancy fondness
fantasy phantasy
fare transportation
farewell leave parting
farmland tilth
fashion manner mode style way
father forefather sire
fatigue weariness
fear fright
fecundity fruitfulness
feel feeling flavor smell spirit
felicity happiness
fell hide
fence fencing
ferment fermentation
ferocity fierceness fury vehemence violence wildness
festival fete
fiddle violin
fidget restlessness
fig figure
figurine statuette
fill filling
film flick movie
financing funding
fineness thinness
fire firing
fire flame
fireplace hearth
fireside hearth
firm house
firmness resolution resolve
fisher fisherman
fishmonger fishwife
fit paroxysm
fit tantrum
five quintet
fix fixing mend repair
fix jam mess muddle pickle
fixture regular
fizzle hiss hissing
flair flare
flannel gabardine tweed
flap fuss
flash flashing
flashlight torch
flavor nip relish savor smack tang
fleck patch
flesh pulp
flicker flutter waver
flicker glint spark
flight flying
flinch wince
fling offer whirl
fling spree
flip somersault somersaulting
floor flooring
floor story
flounce ruffle
flow flowing
flow stream
flowering unfolding
foam froth
fog haze
foible idiosyncrasy
folder leaflet pamphlet
foliage leaf
folk folks
folk sept
followers following
folly foolishness
folly foolishness stupidity
food nutrient
foodstuff grocery
fool sap
footing terms
footpath pathway
footstep pace step stride
force strength
foreboding premonition
forecasting prediction
foreigner outsider
forerunner herald predecessor
foresight prevision
forest wood woods
forfeit sacrifice
fork ramification
form kind sort
form pattern
format formatting
formation shaping
formula recipe
formulation preparation
fort fortress
fort garrison
forte specialty
fortification munition
fortune luck
founding initiation innovation
fountain outflow spring
fountainhead well
four foursome
fourth quarter
fowl poultry
foyer hall lobby vestibule
fragment shard
frambesia yaws
framework model
freak monster monstrosity
freeway pike superhighway thruway
freeze freezing
freeze frost
freeze halt
freshness glow
freshness novelty
fret lather sweat
fringe outskirt
fringe periphery
frog toad
frolic romp
frown scowl
fruit yield
fuck fucking
fugitive runaway
fullness richness
fumble muff
fume smoke
fun merriment
function map mapping
function office role
function purpose role use
fund store
fur pelt
fury madness rage
fuse primer priming
fusion merger unification
future hereafter
fuzz hair
gabble jabber
gag jest joke laugh
gage gauge
gaiety merriment
gain profit
gait pace
gal gallon
gallant squire
gallantry heroism valor
gang mob
gap opening
gap spread
garbage refuse
garner granary
gas gasoline
gash slash slice
gasp pant
gather gathering
gay homosexual
gem jewel
gem treasure
gender sexuality
generalization induction
generosity unselfishness
genius mastermind
gentile pagan
gentleman valet
germ source
gesture motion
ghost specter
giddiness vertigo
gift giving
gig lance spear
girl miss
given precondition presumption
glance glimpse
glare glower
glare spotlight
glasses spectacles
gleam gleaming
gleam gleaming glimmer
glee gloat
glee hilarity
glide soaring
glimmer inkling
glisten glitter sparkle
glitter sparkle
glory halo
glow luminescence
glowing radiance
glut surfeit
glycerine glycerol
goad prod
goad prod spur urging
goner toast
good goodness
goof goose jackass
governing government
governor regulator
gown nightdress
grab snap
grade level tier
gradient slope
grading marking scoring
grading scaling
graining woodgraining
grand thousand
grandeur nobility
grandma grandmother granny
grape grapevine
grapevine pipeline
grapple grappling wrestle wrestling
grappling wrestling
grate grating
gratification satisfaction
grave tomb
gravity sobriety
gravity solemnity
greatcoat overcoat
greatness immensity
green greenness
grief sorrow
grievance grudge
grill grille
grin grinning smile smiling
grind plodding
grip handle
grip suitcase
groan moan
grocery market
groove rut
gross receipts revenue
ground reason
grounds yard
group grouping
group radical
grove orchard plantation
growl growling
growth increase
grumble grumbling murmuring mutter muttering
grumble grumbling rumble
guard safety
guerrilla irregular
guess guessing
guide usher
guidepost signpost
gull seagull
gulp gulping
gun gunman
gunfire gunshot
gunman gunslinger
gunpowder powder
gush outburst
gusto relish zest
gutter sewer toilet
gutter trough
gyration revolution rotation
habit wont
hack hacker
haggle wrangle
hall hallway
hallmark stylemark trademark
halo ring
halt stop
hamlet village
hamper shackle
hand handwriting script
hand paw
handbag purse
handclasp handshaking
handling manipulation
handling treatment
hands manpower men
hang knack
hangout haunt repair resort
happening occurrence
harangue rant
harbor haven
hardship rigor severity
hare rabbit
harm hurt injury
harshness roughness
harshness scratchiness
haste hurry
haste hurry rush rushing
hat lid
hatch hatching
hatchway scuttle
hate hatred
haversack knapsack
hawker peddler
hayfield meadow
hazard jeopardy peril risk
headache vexation worry
header heading
headmaster schoolmaster
healer therapist
hearer listener
heart nerve
heart pump
heartbeat instant twinkling wink
heat hotness
heat warmth
heating warming
heave heaving
heaven nirvana paradise
heaving panting
heed regard
heel hound
height stature
heir successor
heist holdup
helping serving
helplessness weakness
herald trumpeter
herd ruck
heritage inheritance
hesitancy hesitation
hide pelt skin
hideaway hideout
highlight highlighting
highwayman hijacker
hike raise
hillock knoll mound
hint jot mite pinch speck
hip pelvis
histrionics theatrical
hit hitting striking
hitch rub
hitch tour
hobble limp
hobby pursuit
hodgepodge jumble patchwork
hog pig
holding keeping retention
holding property
holiday vacation
holler hollow
homeland motherland
honor honour
honor honour laurels
hood punk tough
hoop ring
hope promise
horde host
horde swarm
horror repugnance repulsion revulsion
hospital infirmary
hostelry inn
housekeeping housework
housing lodging
housing trapping
howl howling
hubbub uproar
huddle powwow
hugging kissing petting
hulk whale
hum humming
humanist humanitarian
humanity humans
humanity manhood
humiliation mortification
humor mood temper
humor wit
hunch intuition suspicion
hunger thirst
hunting search
hurler pitcher twirler
hurrying speed
hurting pain
hush still stillness
hut shack shanty
hypocrite phony
hypothesis possibility theory
icebox refrigerator
idea thought
ideal paragon saint
identity individuality
idiom parlance
idiot imbecile retard
idol paragon perfection
ilk like
illness malady sickness
illusion semblance
image persona
image picture
imagery imagination imaging
imagination resource
imbalance instability unbalance
immediacy instancy
imp monkey rascal
imp pixie
impact wallop
impatience restlessness
imperfect progressive
impinging striking
implication significance
import importation
import meaning significance
importation importing
importunity urging
imposition infliction
impotence impotency
imprecation malediction
impression picture
improvement melioration
impulse urge
impulse whim
inaugural inauguration
inauguration startup
incentive inducement
inception origin
incipience incipiency
incitement provocation
incline ramp
incline slope
inconvenience worriment
incubus nightmare
incursion penetration
indecision irresolution
index indicator
indifference numbness
indignation outrage
individual mortal person somebody someone soul
individualism individuality
induction initiation installation
industry manufacture
infinite space
inflation pompousness
inflection prosody
inflow influx
info information
informant witness
inhalation intake
initiate pundit
injury wound
inlet intake
inlet recess
innocence naturalness
innocence purity whiteness
innovation invention
inoculation vaccination
input stimulant stimulation stimulus
inquiring questioning
inquiry query question
inquiry research
inscription lettering
insect louse worm
insert inset
inside interior
insight penetration
insistence press
installation installing
instant minute moment
instruction teaching
instructor teacher
instrument tool
insurance policy
insurrection rebellion revolt rising uprising
integrating integration
integrity unity
intellect intellectual
intellect reason
intent purport
intercourse relation
interest involvement
interest sake
interference intervention
interference noise
interim lag meanwhile
interlock interlocking
interlocking mesh
intermission interruption pause suspension
internet net
interposition intervention
interpretation rendering
interpreter representative
interpreter translator
interpreting rendering rendition
interrogation interrogative question
interval separation
intonation modulation
inventory stock
investigating investigation
investigation probe
investigator researcher
investing investment
involvement participation
irony sarcasm satire
irritability petulance
irritability temper
irritation pique temper
irruption outbreak
issue matter topic
itch urge
iteration loop
jab jabbing
jack laborer
jack shit squat
jangle jingle
jar jolt
jeep landrover
jeer mockery scoff scoffing
jerk jerking jolt
jest joke
jet squirt
jimdandy jimhickey
jog lope trot
jog nudge
joker turkey
journey journeying
joust tilt
judge jurist justice
judgement judgment mind
juju voodoo
jumble muddle smother welter
jump leap
juncture occasion
jurisprudence law
jury panel
justice justness
justness nicety
keenness sharpness
keep livelihood sustenance
keepsake relic souvenir
kick recoil
kill killing
kingdom realm
kit outfit
knee stifle
knife tongue
knit plain
knob node thickening
knock knocking
knock roast
lab laboratory
labor labour proletariat
labor toil
labyrinth maze
lad sonny
lament lamentation wail
lampoon mockery parody takeoff
lance spear
land soil
landmark watershed
language lyric words
language speech
lappet wattle
lash thong
lashing whipping
lather soapsuds suds
latitude parallel
laugh laughter
launch launching
laundry washing
lavatory washbasin washbowl
layer stratum
lead track trail
leaders leadership
leadership leading
leak wetting
leakage outflow
lean leaning list
leaning tendency
learner scholar
learning scholarship
lease letting
leash tether
leash three trio troika
lecture lecturing
ledge shelf
leech parasite sponge
leer sneer
lefty southpaw
lengthening perpetuation prolongation
lesion wound
lesson moral
letter missive
lexicon vocabulary
liberal progressive
liberation release
license permit
lick punch
life living
likeness semblance
likeness similitude
limbo oblivion
limitation restriction
limiting modification
lip sassing
list listing
lit literature
load loading
lobscouse lobscuse
locality neighborhood neighbourhood vicinity
localization location
location placement
log logarithm
longevity seniority
longing yearning
look looking
lookup search
lord master
loudspeaker speaker
lucifer match
lull quiet
lumber timber
luminary notable
lump swelling
lunatic madman maniac
lunatic swashbuckler
lunation moon
lunch luncheon
lurch pitching
lurch stagger stumble
lush souse
luster lustre
machinist mechanic
magician wizard
magpie scavenger
mahogany sepia
maid maiden
maimed wounded
maintenance upkeep
make shuffle shuffling
maker manufacturer
making qualification
malaise uneasiness
maleness masculinity
malingering skulking
mama mamma mommy mum
mammal mammalian
mandate mandatory
maneuver tactic tactics
manufacture manufacturing
manufacturer producer
march marching
mare maria
mark marker marking
mark score
mark target
market marketplace
marketing merchandising selling
marriage matrimony
marriage wedding
martyr sufferer
marvel wonder
mask masquerade
massacre slaughter
masses multitude
master superior victor
mat matting
mate teammate
material stuff
math mathematics
maturation ripening
maximum utmost
maze snarl tangle
meander ramble
meaning substance
means way
measure step
measurement measuring
mechanics mechanism
meddling tampering
medication medicine
medley potpourri
melee scrimmage
melody strain tune
melt melting thaw thawing
memorial monument
memorial remembrance
memory retention retentiveness
menace threat
mentality mindset outlook
mention reference
merchandise product
mercury quicksilver
merit virtue
metrics prosody
metro subway underground
microphone mike
midday noon
middle midsection
midst thick
milieu surroundings
militia reserves
min minute
minister parson pastor
ministration succor
minutes proceedings transactions
mire slop
misbehavior misdeed
misdemeanor violation
misery wretchedness
misfire miss
misgiving qualm
missile projectile
mistress schoolmarm schoolmistress
mix mixing
mix premix
mob rabble rout
mob syndicate
mockery parody
modernism modernity
modesty reserve
moisture wet
mold mould
monarch sovereign
monastic monk
monitor reminder
monotony sameness
monument repository
mop swab
mortician undertaker
mortification necrosis
motif motive
motif theme
motion move movement
motion movement
motivating motivation
motivation motive need
motto shibboleth slogan
mount mountain
muck slime sludge
mule scuff
multiplication propagation
multiplication times
multitude throng
murmur murmuring mutter muttering
muscle muscleman
musician player
mutant mutation
myofibril myofibrilla
mystery whodunit
nag scold
narrative story tale
nationalism patriotism
nausea sickness
navigation sailing
necktie tie
need want
negotiation talks
neighborhood neighbourhood
nemesis scourge
nerves nervousness
news tidings word
newsman reporter
newspaper paper
nicety nuance subtlety
niche recess recession
night nighttime
noise racket
north northward
notice notification
notice observance
notification presentment
notification telling
notion whim
nourishment nutrition sustenance
nozzle snout
number routine
nurture raising rearing
oath swearing
objection remonstrance
observance observation watching
obstacle obstruction
occupancy tenancy
occupant resident
ocean sea
odor smell
offbeat upbeat
offence offense
offence offensive
offer offering
officer policeman
offspring young
omen presage
omission skip
oncoming onset
oneness unity
open outdoors
opinion sentiment
opponent opposite
opposition resistance
oppression subjugation
orator rhetorician
ordinance regulation
origin root source
orthophosphate phosphate
oscillation vibration
outcome result resultant termination
outing picnic
outlay spending
outline schema
output yield
outrage scandal
overburden overload
overestimate overestimation
overflow runoff
overhaul redevelopment renovation
overthrow upset
overtone partial
overture preliminary prelude
owner proprietor
ownership possession
pace rate
pacing tempo
package parcel
package software
packaging promotion publicity
pad tablet
pains striving
paint pigment
painting picture
pall shroud
pamphlet tract
pander pimp procurer
pane paneling
pang stab twinge
pang sting
panic scare
panic terror
pant trousers
pap teat tit
paranoiac paranoid
parcel portion share
parcel tract
parchment sheepskin
part piece
part portion
participant player
particular specific
partner spouse
pass passing
pass walk
passage transition
passion rage
passport recommendation
past yesteryear
pat rap tap
patch plot
path route
pathos poignancy
patron sponsor supporter
pattern practice
pavement sidewalk
peace repose serenity
peal pealing rolling
pecs pectoral pectoralis
peculiarity specialty
pedestal stand
peg pin
pelting rain
penalty punishment
penance repentance
pennant waft
peptidase protease
percent percentage
percentage share
perch rod
permission permit
persistence persistency tenacity
persona role
perspective position view
perspiration sweat
perusal studying
petition prayer
petition request
phase stage
philharmonic symphony
phone telephone
phonemics phonology
photo photograph
phraseology phrasing wording
pick picking
picket scout sentinel sentry
pig slob
pillar tower
pinpoint speck
pipe tube
piss urine
pity shame
place property
place spot
placeholder proxy
plan program
planet satellite
planning preparation provision
plant works
plenitude plenty
plight predicament
plod plodding
plumb plummet
plunk plunker
pocket pouch sack
poetry verse
poke sack
pond pool
pop popping
populace public
population universe
porn pornography
portrait portrayal
poster posting
postscript supplement
posture stance
pot throne toilet
potency potential potentiality
potential voltage
pounding throb throbbing
power powerfulness
prance strut swagger
preaching sermon
precaution safeguard
precedence priority
predilection preference
predilection preference taste
predominance predomination
prerequisite requirement
preservation saving
pressing pressure
pretence pretense
pretence pretension
pretence pretext
pretending pretense
preview trailer
prey target
price terms
primer priming
privacy secrecy
pro professional
problem trouble
procedure process
procedure routine
proceeding proceedings
proceeds take takings yield
product production
proffer proposition suggestion
proficiency technique
profits win
profusion richness
progress progression
project projection
project task undertaking
projectile rocket
prompt prompting
prophet seer
proportion symmetry
proprietary proprietorship
prostitute tart whore
protection security
protest protestation
proverb saw
provider supplier
province responsibility
province state
provision proviso
provision supply
prowler sneak
psyche soul
psychiatrist shrink
pucker ruck
puff whiff
puke vomit
pull pulling
pulsation pulse
punch puncher
pup puppy
pupil student
purge purging
purification refinement
pursuit quest
push pushing
push thrust
pussy slit snatch
putt putting
qualification reservation
quarrel row wrangle
quest seeking
quiet silence
quiet tranquility
quietness tranquility
quip sally wisecrack
quiver shaking trembling vibration
quotation quote
rack wrack
radiance shine
rag shred tag
rail railing
railroad railway
rain rainfall
rake slant
rally rallying
ranch spread
range reach
rap strike tap
rascal rogue
rasp rasping
rat scab
rattle rattling
rattler rattlesnake
reach reaching stretch
reaction response
reactivity responsiveness
realism reality
reality world
rebound recoil
rebuff repulse snub
rebuff slight
rebuke reprimand reproof
recital yarn
reckoning tally
recluse solitary
recollection remembrance
recommendation testimonial
recourse resort
recovery recuperation
recovery retrieval
redemption salvation
redress remedy
reducing reduction
reek stink
reenforcement reinforcement
referee reviewer
refund repayment
regard respect
regard wish
register registry
regret sorrow
regulation rule
rehabilitation renewal
reign sovereignty
reissue reprint
relation relative
relevance relevancy
reliance trust
remainder residual residue rest
remission remit
rendering rendition
renewal replenishment
rent rip snag tear
repeat repetition
repeating repetition
replacement replacing
replacement substitution switch
report study
repose rest
repose serenity tranquility
repository secretary
reprieve respite
reprint separate
reputation repute
reserve substitute
resignation surrender
resolution resolve
resonance ringing sonority vibrancy
resume sketch survey
retaliation revenge
retention retentiveness
retribution vengeance
rev rpm
revel revelry
reverie revery
revise revision
revision rewrite
reward wages
rhino rhinoceros
rhyme verse
ribbon thread
riffle ripple
right rightfield
rigor validity
riot scream
rite ritual
rivet stud
road route
roadside wayside
rock stone
roll roller
roll roster
romance romanticism
romp runaway
rooms suite
root stem
rostrum snout
rotary roundabout
rub wipe
rubbish scrap trash
rubbish trash
run tally
run trial
rundown summation
runner smuggler
rush surge
rustle rustling whisper
rutabaga swede
sadness unhappiness
salesgirl saleslady
saliva spit
saloon sedan
saltwater seawater
sample sampling
scamper scramble scurry
scepticism skepticism
scheme strategy
scheme system
scholar student
school schoolhouse
school schooling
science skill
scope setting
scope telescope
scorch singe
scoundrel villain
scourge terror
scouring scrub scrubbing
scramble scuffle
scrape scraping
scrape scratch
scrawl scribble
scream screaming screech screeching shriek shrieking
scum trash
seafarer seaman tar
seahorse walrus
sealing waterproofing
sec second
sensibility sensitivity
sequence succession
serial series
serpent snake
server waiter
settlement village
sextet six
shade tint
shake trill
shallowness superficiality
shamble shuffle shuffling
shave shaving
sheepman shepherd
shell shield
shenanigan wile
shift transformation transmutation
shipping transport
shipwreck wreck
shirking soldiering
shiver tremble
shock stupor
shoelace shoestring
shooting shot
shop store
shop workshop
shopkeeper storekeeper tradesman
short shortstop
shot stroke
shouting yelling
shred whit
shudder tremor
sight vision
sign signal signaling
sin sinfulness
sin sinning
singer vocalist
singing telling
singularity uniqueness
sis sister
site website
sketch vignette
skim skimming
slam sweep
slap smack
sleep slumber
slide swoop
smoke smoking
snare trap
sneak sneaker
snicker snigger snort
snip snippet
snore snoring
snow snowfall
soak soaking
soaking souse
soar zoom
sod sward turf
soldiery troops
song vocal
soprano treble
south southward
spark sparkle twinkle
sparkling twinkle
spatter splatter splutter sputter sputtering
spec specification
specialization specialty
spectator viewer watcher witness
speculation venture
speed velocity
spell tour
spell while
spider wanderer
spin twirl twisting
spine spur
spine thorn
spire steeple
splash stir
splice splicing
splutter sputter
spoon spoonful
sportsman sportswoman
sprawl sprawling
spray spraying
spread spreading
spring springtime
sprinkle sprinkling
squad team
squat squatting
squirm wiggle wriggle
stab thrust
stager veteran warhorse
staircase stairway
stairs steps
stalk stem
stammer stutter
standpoint viewpoint
start starting
starvation starving
steady sweetheart
stealing stealth
stealing theft thieving
steel sword
steer tip
storm tempest
straight straightaway
straining twisting
straw wheat
stress tension
stride tread
string twine
strings term
stroke throw
study survey
sub submarine
subject theme topic
subordinate underling
suck suction
suffering woe
suffrage vote
suggestion tint trace
sulfur sulphur
sum summation
sum total
sun sunlight sunshine
super superintendent
surrender yielding
survey view
sustenance upkeep
swim swimming
swirl whirl
sympathy understanding
synchronism synchrony
tag ticket
talk talking
tan tangent
tang zest
taunt taunting
tease teasing
telegraph telegraphy
temp temporary
test trial
testament will
testimonial testimony
testimonial tribute
thaw thawing warming
theater theatre
thinking thought
thread yarn
timbre tone
tingle tingling
torment torture
torso trunk
touch touching
touch trace
towboat tower tug
trace vestige
trample trampling
transfer transportation
transit transportation
transmission transmitting
travel traveling
traveler traveller
trim trimming
triumph victory
trump trumpet
tube tubing
tumor tumour
tumult turmoil
tumult uproar
turbulence upheaval
turmoil upheaval
turn turning
typewriting typing
ugliness wickedness
ulcer ulceration
underline underscore
undershirt vest
upbeat welfare wellbeing
upheaval uplift
upright vertical
usefulness utility
velour velours
vent volcano
veranda verandah
verge wand
verve vitality
vet veteran
vet veterinary
victor winner
volition will
volition willing
voluntary volunteer
vomit vomiting
wag waggle
wag wit
wait waiting
walk walking
war warfare
wash washing
washbasin washbowl
watcher watchman
wear wearing
week workweek
west westward
whimper whine
whir whirring
whiskey whisky
whistle whistling
white whiteness
winter wintertime
wish wishing
wool woolen
working workings
wrap wrapper
yawn yawning
yelp yelping
v
abandon empty vacate
abhor loathe
abide bear brook digest endure stomach tolerate
abide bide stay
abound bristle
abridge foreshorten shorten
absorb assimilate ingest
abstain refrain
abstract cabbage pilfer pinch purloin sneak swipe
abuse maltreat
abuse misuse
accede acquiesce assent
accede bow defer
accelerate quicken speed
accent accentuate emphasize punctuate stress
accent accentuate stress
accept consent
acclaim applaud clap
acclaim hail herald
accommodate adapt
accommodate fit suit
accomplish achieve attain
accomplish action execute fulfil fulfill
accord allot
accord concord consort
accost solicit
account calculate
account describe report
accredit credit
accumulate amass collect compile
accumulate amass gather
accuse charge
ache hurt smart
ache languish pine yearn yen
acknowledge admit
acknowledge receipt
acquaint introduce
acquire assume
acquire get
acquit behave conduct
acquit exonerate
act behave
action sue
activate actuate spark trigger
actuate incite motivate prompt propel
adapt adjust conform
add append
add bestow contribute impart lend
adhere cleave cling cohere
adjoin butt edge
adjoin contact
adjourn recess
adjust align
administer allot dispense distribute lot
admonish caution
admonish discourage warn
admonish reproof
adopt assume
adopt borrow
adopt espouse
adorn beautify deck decorate embellish grace
adorn beautify decorate embellish grace ornament
adorn clothe invest
advance progress
adventure chance gamble hazard risk
adventure hazard jeopardize stake venture
advertise promote push
advertise publicize
advise counsel
advise notify
advise propose suggest
advocate preach
advocate recommend urge
affect impact
affect involve regard
affirm assert swan swear
affirm confirm corroborate substantiate
affix append supplement
afford give yield
affront insult
aggravate exacerbate exasperate
aggravate exacerbate exasperate worsen
agitate campaign crusade
agitate rouse
agree concur
agree correspond jibe match tally
aid assist help
aid help
aim propose purport purpose
air broadcast transmit
alarm alert
alarm dismay
alien alienate
alight light perch
align array
allege say
alleviate ease facilitate
alleviate relieve
allocate apportion
allot assign portion
allow countenance let permit
allow grant
allow let permit
alter change modify
alter change vary
amaze astonish astound
amaze baffle bewilder gravel mystify puzzle
ambuscade ambush bushwhack lurk waylay
amend better improve
amend remedy
amount number total
amplify exaggerate magnify
amplify inflate
amplify magnify
amuse divert
analyse analyze
analyse analyze canvass examine study
analyse analyze dissect
anchor ground
angle fish
angle lean slant tilt
anguish hurt pain
animate animize
animate enliven
animate enliven exalt inspire
annihilate eliminate eradicate
announce declare
announce denote
annoy bother chafe devil gravel irritate rag vex
answer reply respond
antagonise antagonize
antagonise antagonize counteract
antic clown
anticipate counter foresee forestall
anticipate expect
anticipate foreknow foresee
ape caricature
apologize rationalize
appeal attract
appeal invoke
appear look seem
appease conciliate gentle mollify pacify
appease quell
apply employ use utilize
appoint constitute
appraise assess evaluate
appraise survey
appreciate prize treasure value
apprehend arrest collar cop nab nail
apprehend compass comprehend grasp savvy
approach near
appropriate conquer seize
appropriate reserve
approve okay sanction
approximate estimate gauge guess judge
arbitrate intercede intermediate mediate
arc arch curve
argue contend
argue reason
arise originate
arise rise
arm fortify gird
arouse awake awaken wake
arouse elicit evoke provoke
arouse invoke
arrange stage
arrive come
arrogate claim
arrogate usurp
articulate enunciate pronounce
articulate formulate phrase word
articulate joint
ascertain check ensure insure
ascertain determine
ascribe assign attribute impute
ask expect require
assail assault
assail assault attack
assail attack
assault dishonor dishonour outrage rape
assay attempt essay seek try
assemble gather
assemble piece tack
assess tax
assign delegate designate
associate connect link relate
associate consort
assume presume
assure ensure guarantee insure
asterisk star
atone expiate
atone repent
attain reach
attempt undertake
attest certify demonstrate evidence manifest
attest testify
attract pull
audit inspect scrutinize
augur bode forecast omen portend predict presage
authorize empower
avenge retaliate revenge
avert avoid
await expect wait
award grant
babble bubble ripple
baby coddle pamper
back endorse indorse second
back endorse indorse support
badger bug pester tease
baffle bilk cross foil frustrate queer thwart
bag bulge
bait tantalize taunt tease
bake broil
balance equilibrate
ban banish
ban censor
bang slam
banish bar relegate
banish ostracize shun
bankrupt ruin smash
banquet feast
banter chaff jolly kid
bar barricade block blockade
bare publicize
bark skin
barrack flout jeer scoff
barrack urge
base found
bash sock
bask enjoy relish savor
baste batter clobber
batter buffet
battle combat
bawl bellow
bay quest
beak peck
beam shine
bear birth
beat crush vanquish
beckon wave
become get
become turn
bedamn curse damn imprecate
beef bitch gripe holler squawk
beetle overhang
befall happen
befit suit
befog cloud fog mist obscure
befuddle confound confuse fox
beg implore pray
beg solicit
beget engender father mother sire
begin commence start
beguile bewitch captivate capture charm enchant entrance fascinate trance
belie contradict
belie misrepresent
believe conceive think
believe trust
bemoan bewail deplore lament
bend flex
bend twist
benefit gain profit
berate chide lecture rebuke remonstrate reprimand scold
beseech bid
beset chivy harass harry molest plague
beset encrust
besiege circumvent surround
besmirch calumniate
bespeak indicate signal
bespeak request
best outdo scoop trump
bestow confer
bet depend rely
bet wager
betray fail
better improve
bewitch enchant hex witch
bewitch magnetize mesmerize
bicker squabble
bicycle bike
bid tender
bill charge
billow heave surge
billow wallow
bind bond
bind bond stick
bite sting
bivouac camp encamp tent
blab gabble prattle
black blacken
blacken char sear
blackmail pressure
blame fault
blame pick
blanch pale
blare blast
blaspheme curse cuss imprecate swear
blast boom nail smash
blast shell
bleed hemorrhage
bleed leech
blemish flaw
blemish spot
blend coalesce flux fuse merge mix
blight plague
blink flash twinkle wink
blink wink
blob blot fleck
block blockade embarrass hinder obstruct
block halt stop
bloom blossom flower
blossom unfold
blotch mottle streak
bludgeon club
blueprint draft draught
blunder blurt ejaculate
blunder fumble
blunder goof sin
blunt numb
blur obscure
blush crimson flush redden
bluster boast brag gas swash
bluster swagger
board room
boast feature sport
bob tail
body personify
bone cram drum
boom din
boom thunder
boost encourage further promote
boost hike
booze drink
border bound
border frame
border surround
bore drill
bosom embrace hug
boss emboss
bother inconvenience trouble
bottom fathom penetrate
bounce rebound recoil ricochet spring
bound confine limit restrict throttle
bound jump leap spring
box package
brace poise
brace stabilize steady
braid lace
branch fork
brand denounce
brand trademark
brandish flourish wave
brave endure weather
breach gap
breach offend transgress violate
breast front
breed engender
bribe buy corrupt
brighten clear
bring wreak
broadcast circulate diffuse disseminate
broaden extend
bronze tan
brood dwell
brood loom
broom sweep
browbeat bully
browbeat bully swagger
bruise injure spite wound
bruit rumor
buck tear
buckle clasp
buckle crumple
buckle warp
budge stir
buff buffet
buffer cushion
bug intercept
build construct
build progress
bulge pop protrude
bulge pouch protrude
bull bullshit fake
bum grub sponge
bum loaf
bump chance encounter find
bump knock
bunch bundle cluster
bundle compact pack wad
bunk lam run
bunt butt
burden saddle
burden weight
burn glow
burrow tunnel
burst explode
bury entomb inter
bushel doctor fix mend repair
bust raid
bust rupture snap tear
bustle hustle
busy occupy
butcher slaughter
buy purchase
buzz hum
cab taxi
cable telegraph wire
cake coat
calculate cipher compute
calculate estimate figure forecast reckon
calibrate graduate
call name
call phone telephone
calm lull quiet still
calm steady
can displace sack
can tin
cancel offset
cancel scrub
cane flog
canonize saint
cant tilt
canvass poll
cap crest
care like wish
careen lurch reel stagger
careen tilt wobble
carry channel impart transmit
carry transport
cart drag haul
case encase
cast contrive
castigate correct
cat puke retch sick vomit
catalog catalogue
catapult sling
cater ply provide supply
cause induce stimulate
cave undermine
cavort frolic romp skylark sport
cease discontinue quit stop
cease end finish terminate
celebrate fete
celebrate lionize
censure reprimand
center concentrate focus pore rivet
centralize concentrate
cerebrate think
certify license
chagrin humble humiliate
chair chairman
chair moderate
challenge dispute
champ chomp
chant intone
chant intone tone
char coal
chart graph
charter hire lease
charter hire rent
chase dog tail track trail
chat chatter gossip jaw
chatter click
cheat chisel
cheat jockey shaft
cheer embolden recreate
cherish treasure
chew jaw
chill cool
chirp peep
choir chorus
choke gag
choose prefer
choose select
chortle chuckle
chuck ditch
chuck pat
chuck toss
chunk lump
chute parachute
cipher code encipher encrypt
circumscribe limit
circumvent dodge elude evade hedge parry sidestep skirt
circumvent outsmart overreach
cite mention
cite mention refer
cite reference
clamber scramble shin skin sputter struggle
clang clangor
clarify elucidate
clash jar
class classify sort
cleave rive split
clench clinch
click tick
climax culminate
climb mount wax
clink tinkle
clip nip snip
clip trot
cloak clothe drape robe
cloak dissemble mask
clobber cream lick
clock time
clog foul
clomp clump
close fold
close shut
clot coagulate
clothe dress garb garment
cloud overcast
clump cluster flock
clump plunk
clutch seize
coat surface
coax wheedle
cock prance ruffle sashay strut swagger
coerce force pressure
coil curl
coil gyrate spiral
coin mint
coincide concur
collaborate cooperate
collapse founder
collect garner gather
color colour
comb ransack
combine compound
combine unite
comfort console solace soothe
comfort ease
command require
commandeer hijack pirate
comment notice remark
commiserate sympathize
commit dedicate devote
commit perpetrate
communicate convey transmit
commute transpose
compact compress
companion company
compare equate
compel oblige
compensate counterbalance
compensate repair
compete vie
complain plain
complete discharge dispatch
complete finish
complicate elaborate refine
compliment congratulate
compose pen write
compound deepen intensify
comprehend embrace encompass
comprehend perceive
compress constrict contract
comprise constitute
comprise contain incorporate
con defraud scam swindle victimize
con learn memorize
conceal hide
concede confess profess
concede grant
concern interest
concern pertain refer relate
conciliate reconcile
conclude reason
conclude resolve
condemn decry excoriate reprobate
condition discipline train
condition specify stipulate
confer consult
confess squeal
confide entrust intrust
confine enclose
confirm reassert
confound confuse
confront face
confuse flurry
congratulate felicitate
congratulate pride
conjecture hypothesize speculate suppose theorize
conjoin espouse marry wed
connect link
connote imply
conquer subdue suppress
consider deal
consider reckon regard view
consider study
consist dwell lie
constitute form
construct fabricate manufacture
construe interpret
consume demolish devour down
consume ingest
contain control curb moderate
contaminate foul
contemplate meditate
contend contest
contend postulate
continue keep
continue preserve uphold
continue proceed
contrast counterpoint
contrive design plan
contrive devise forge formulate invent
control operate
converge meet
converse discourse
convey express
convulse thrash thresh
cook prepare ready
coordinate organise
cop glom
cope grapple manage
copy imitate simulate
copy replicate
coquette flirt mash romance
corkscrew spiral
corner tree
correct redress right
correspond equate
corroborate underpin
corroborate validate
corrode rust
corrupt debauch deprave profane subvert
corrupt taint
couch put
count enumerate
count matter
count weigh
counteract counterbalance neutralize
counterbalance oppose
counterfeit fake forge
couple match mate pair twin
couple pair
course flow
court romance solicit woo
court woo
cover extend
cower cringe fawn grovel
cower huddle
crackle crunch
cram wad
cramp halter hamper
crash ram
crave hunger lust thirst
crawl creep
creak screech squeak whine
crease crisp wrinkle
crease furrow wrinkle
create make
creep mouse sneak
cringe flinch quail recoil shrink wince
crisp toast
criticise criticize
critique review
croak die exit expire perish
croak grumble murmur mutter
crochet hook
crop cultivate
cross intersect
cross traverse
crouch squat
crouch stoop
crow gloat triumph
crowd herd
crucify dun frustrate rag torment
crucify subdue
crumble crumple
crumble decay
crumple knit pucker
crunch grind
crush mash squash squeeze
crush oppress suppress
cry exclaim outcry shout
cry holler scream shout squall yell
cry weep
crystallize elucidate illuminate
cube dice
cuddle nest nestle nuzzle snuggle
cultivate educate school
curb curtail restrict
cure heal
curve cut sheer swerve trend veer
curve wind
cut reduce trim
dab pat
dab swab
dabble paddle
damp dampen dull muffle mute
damp deaden
dampen moisten
dampen stifle
dare defy
dare presume
dart dash scoot scud
dart fleet flit flutter
dash smash
daunt pall scare
dawn penetrate
daydream dream woolgather
daydream moon
deal handle plow
debate deliberate
decay decompose disintegrate
deceive delude
decelerate slow
decide resolve settle
deck floor
declaim inveigh
declaim recite
decline refuse
decline refuse reject
decline worsen
decompose rot
decrease diminish lessen
decrease lessen
decree rule
deduce deduct derive infer
deduce infer
deduct recoup withhold
deduct subtract
deepen intensify
defeat kill
defeat overcome
defecate shit
defect desert
defend guard
defer postpone remit shelve table
define delimit specify
defy refuse resist
defy withstand
degrade demean disgrace
deign descend
delay detain
delete erase
delight enchant enthrall transport
delight please
delight revel
delimit demarcate
delimit subtend
deluge flood swamp
deluge overwhelm
delve dig
demand exact
demand necessitate need postulate require
demo demonstrate exhibit present show
demolish pulverize
demonstrate establish prove show
demote relegate
demur except
depart deviate vary
depart part start
depict describe
depict picture
depict portray
deposit lodge stick wedge
deposit situate
depress dismay
deprive divest strip
derive gain
descend fall
describe draw line trace
desecrate outrage profane
desert desolate forsake
deserve merit
designate indicate point
desire hope
desire want
desolate devastate ravage scourge
despatch dispatch
despise disdain scorn
despoil loot plunder ransack rifle
despoil rape
destine doom fate
destine intend
destroy ruin
detect discover find notice observe
deter discourage
deter dissuade
determine influence regulate shape
determine set
detest hate
detonate explode
develop evolve
develop evolve germinate
deviate divert
diagram plot
dictate order prescribe
differ disagree dissent
differentiate distinguish mark
differentiate distinguish separate
diffuse interpenetrate permeate pervade
dig grind labor labour toil
digress straggle
digress stray
dilate elaborate expound
dilute thin
dip dunk
dip dunk souse
direct target
dirty soil
disable handicap incapacitate invalid
disable incapacitate
disagree discord
disallow forbid prohibit proscribe veto
disappear vanish
disapprove reject
disarray disorder
disbelieve discredit
discard dispose
discern distinguish recognize spot
disclose divulge expose reveal uncover
disclose uncover
discount dismiss disregard ignore
discourse discuss
discover hear learn
discredit disgrace
disdain scorn spurn
disengage withdraw
disentangle extricate
disgrace dishonor dishonour shame
disguise mask
disgust revolt
disgust revolt sicken
dishonor dishonour
disk harrow
dislodge free
dislodge shift
disorder distract perturb trouble
disown repudiate
dispatch murder off
dispel disperse dissipate scatter
disperse dot scatter sprinkle
displace preempt
display exhibit expose
dispute quarrel scrap
disqualify unfit
disregard ignore snub
disrobe peel strip undress
disrupt interrupt
dissemble feign pretend sham
dissemble pretend
dissent protest resist
dissipate fool
dissipate scatter
distance outdistance outstrip
distill purify
distort falsify warp
distort wring
distribute spread
district zone
distrust mistrust suspect
disturb trouble upset
disturb vex
ditch dump
dive plunge plunk
divide fraction
divide separate
divide split
doctor sophisticate
dominate master
dominate predominate prevail reign rule
doom sentence
dose drug
dot stud
doze drowse
draft enlist
draft outline
drag embroil tangle
dramatize embellish embroider pad
draw pull
draw reap
dread fear
dribble drip
dribble filter trickle
drift err stray
drift float
drift ramble range roam rove stray swan vagabond wander
drill practice practise
drink imbibe
drink pledge salute toast
drive motor
drizzle moisten
droop flag sag
droop wilt
drown overwhelm submerge
dub knight
dub nickname
dupe fool gull slang
duplicate parallel twin
duplicate repeat replicate
dwarf overshadow shadow
dwell inhabit live populate
earn garner
echo recall
echo resound reverberate ring
eclipse overshadow
economize husband
eddy purl swirl whirl
edge inch
educate train
efface erase
efface obliterate
effect effectuate
elate uplift
elevate lift raise
elevate promote upgrade
elicit evoke extract
elude evade
emanate exhale
emancipate liberate
embark ship
embark venture
embed imbed implant plant
embody incarnate substantiate
embody personify
embrace espouse
emit utter
emphasize underline underscore
employ engage hire
empower endow gift invest
enact ordain
enact reenact
enclose envelop wrap
enclose inclose
encounter meet
encroach entrench impinge trench
encroach impinge
end terminate
endanger imperil jeopardize menace peril threaten
endanger peril queer
endeavor strive
endorse indorse
endure last live survive
enervate faze
enforce implement
enforce impose
engage engross
engage prosecute pursue
engineer mastermind organize
engrave etch
engrave grave inscribe
engross engulf immerse steep
enhance heighten
enjoin order
enjoy love
enlarge magnify
enquire inquire
enquire inquire investigate
enquire inquire wonder
enrol enroll enter inscribe recruit
enshrine saint
enshrine shrine
ensue result
entail imply mean
enter participate
entertain harbor nurse
enthrone throne
enthrone vest
entice lure tempt
entitle gentle
entitle title
enumerate itemize
envisage imagine
envision fancy figure image picture visualize
envision foresee
epitomize typify
equal equate
equal rival
equip outfit
eradicate exterminate extirpate uproot
erode gnaw
err mistake
erupt ignite
eschew shun
essay test try
establish found institute plant
establish found launch
esteem prise prize respect value
esteem repute
evaluate judge
even level
evidence prove show testify
evoke provoke
exalt glorify
examine probe
exasperate incense infuriate
exceed outdo outstrip surpass
exceed overstep top transcend
exceed transcend
excel surpass
except exclude omit
exchange interchange
exchange switch
excise expunge
excite stimulate
excite stir
exclaim proclaim promulgate
exclude shut
excuse exempt
excuse explain
excuse pardon
exemplify illustrate instance
exempt relieve
exercise exert
exercise practice practise
exert wield
exhale expire
exhaust sap tire
exist subsist survive
expedite hasten
expel oust
expel rout
expend spend
expend use
experience have
exploit overwork
explore research search
express utter
extend run
extenuate mitigate
extinguish quench
extirpate uproot
extrapolate generalize infer
eye eyeball
fabricate invent manufacture
face front
facilitate help
fade fleet
fade wither
fail miscarry
fail neglect
faint swoon
fake falsify manipulate misrepresent wangle
falter stumble
falter waver
fascinate grip transfix
fascinate intrigue
fasten fix secure
fat fatten plump
fatigue jade tire weary
favor prefer
feature have
fee tip
feel sense
feign sham simulate
fell vanish
felt mat
fiddle shirk
fight oppose
fight struggle
file register
fill occupy
filter permeate
find regain
fine ticket
finger thumb
fix limit set specify
flail lam thrash
flail thresh
flake peel
flame flare
flap undulate wave
flash flaunt
flavor season
flick flicker
flick flip leaf riffle thumb
flicker flutter quiver
flip toss
flirt toy
float swim
flog lash lather slash strap whip
flood glut
floor shock
flop founder
flounder stagger
flourish prosper thrive
flourish thrive
flout scoff
flow flux
flub fluff muff spoil
fly pilot
fly wing
foam froth
fool gull
foot hoof
forbid foreclose forestall preclude prevent
force impel
force push
forego forfeit forgo waive
forego forgo precede
forego forgo relinquish waive
foreground highlight spotlight
forge hammer
fork pitchfork
form organise organize
form spring
forswear retract
fort fortify
fortify strengthen
foster further
foster nurture
fox trick
frank postmark
free liberate loose release
free rid
frequent haunt
frequent patronize shop sponsor
fret fuss
fright frighten scare
frost ice
froth spume suds
frown glower
fulfil fulfill satisfy
full wax
fumble grope
fume smoke
function officiate
function operate
function serve
furnish provide render supply
furrow groove rut
fuss mother
gag muzzle
gage game punt stake
gain win
gape gawk
gape yawn
gash slash
gasp pant puff
gaze stare
generate yield
germinate sprout
gesticulate gesture motion
ghost haunt obsess
gibbet pillory
giggle titter
glance glint
glare glower
glass glaze
gleam glimmer
gleam glint glisten glitter shine
glean harvest reap
glue paste
glut gorge overeat overindulge satiate
goad spur
gouge rout
gouge wring
govern regulate
govern rule
grade place rank rate
grapple grip
gratify indulge pander
gratify satisfy
grave sculpture
gray grey
graze pasture
grieve sorrow
groan moan
growl grumble rumble
grumble scold
guarantee undertake
guarantee vouch
guard ward
guess hazard venture
guess imagine reckon suppose think
guide lead take
guide maneuver steer
guide steer
gulp swig
gum mumble
gush jet
gush spout
guy rib ridicule roast
gyrate reel spin
haggle huckster
halt stop
hamper handicap hinder
handle manage
handle treat
hanker long yearn
happen occur
harden temper
harness rein
harness tackle
harry ravage
hasten hurry
hasten race rush speed
haunt stalk
hawk huckster peddle
heal mend
heap pile stack
heat ignite wake
heed listen
hesitate pause
hesitate waffle waver
hide shroud
hinder impede
hint suggest
hit strike
hitch hobble limp
hold keep maintain
holiday vacation
honor honour
honor honour respect
honor honour reward
hook pluck rob soak
hop skip
hound hunt
hover vibrate
howl roar
howl roar wail
hulk loom predominate tower
hunger starve
hurl hurtle
hurl hurtle lunge thrust
hurry rush
hurry speed zip
hush quiet
hush silence still
hustle pluck
hypnotize mesmerize
identify name
idle laze slug
idolize revere worship
illuminate illumine light
immerse plunge
immerse swallow
impair mar
impale spike transfix
impede obstruct occlude
impel propel
impersonate portray
impersonate pose
import spell
impose inflict
impose levy
impress strike
imprison jail jug lag remand
incite instigate
incite prod
incline lean tend
inclose insert introduce
incorporate integrate
incur obtain receive
induct initiate
induct seat
infect taint
infest invade overrun
infest overrun
inflect tone
inhibit suppress
initiate originate
initiate pioneer
injure wound
innovate introduce
insert tuck
inspire instigate prompt
instal install
instruct teach
insulate isolate
insure underwrite
integrate mix
intend mean
interchange substitute
interchange transpose
interfere intervene
interject interpose
interlace interlock
interlace intertwine lace twine
interlock mesh
interpenetrate permeate
interpret render
intertwine loop
intertwine tat
interweave weave
intimate suggest
intrigue scheme
intrude nose poke pry
intrude trespass
invalidate quash void
inveigh rail
invert reverse
invite tempt
irrigate water
issue publish
issue supply
itch rub scratch
iterate reiterate repeat restate
jab poke prod stab
jab stab
jabber rant spout
jam mob pile throng
jangle jingle
jar jolt
jerk twitch
jerk yank
jest joke
jimmy lever prise prize pry
job subcontract
jog ramble
joggle wiggle
jostle shove
journey travel
joy rejoice
jumble mingle
jumble scramble
jump startle
junk scrap trash
justify vindicate
keen lament
kidnap snatch
knead massage
knife stab
knot tangle
label mark tag
label pronounce
labor labour
labor labour tug
laden load
lap lick
lap swish
lapse sink
lavish shower
lay place position put set
lead result
lease rent
leash rope
legislate pass
legitimate legitimize
lend loan
lessen subside
levy recruit
lick solve
linger loaf loiter lounge lurk tarry
linger tarry
locate site
locate situate
lock mesh
log lumber
loose loosen
loose unleash
loot plunder
low moo
lug stuff
lumber pound
lurch pitch
lurk skulk
mail send
maintain preserve
malinger skulk
manifold multiply
manure muck
mar mutilate
maroon strand
marry splice wed
marshal mobilize
marvel wonder
massacre slaughter
master overcome surmount
mat snarl
mean signify
meander thread wind
meddle tamper
meditate mull muse ponder reflect speculate
melt thaw unthaw
mention note observe remark
merchandise trade
merge unify unite
metamorphose transform transmute
mingle unify
minimize understate
misconstrue misinterpret misunderstand
misinterpret misread
mislay misplace
mobilize rally
model mold mould
model pattern
model pose posture
modernize overhaul
mold mould
mollify season
monitor supervise
monkey potter tinker
monkey tamper
mop mow
mould shape
mouth speak talk utter
move travel
muck mud
muffle repress smother stifle strangle
mumble mutter
murder mutilate
muster rally
name nominate
narrate recount tell
narrow specialize
navigate pilot
navigate voyage
need want
negative veto
neglect omit overlook
nerve steel
nestle snuggle
net sack
net web
nip pinch tweet twinge
noise resound
nose scent
note notice
note observe
nourish nurture sustain
nudge prod
nurture parent rear
obliterate veil
obtain prevail
occupy reside
offend outrage scandalize shock
offend pique
offer proffer
offer volunteer
oppress persecute
orb orbit revolve
ordain ordinate
orient point
ossify petrify
outline sketch
outmaneuver outsmart
overcome overpower overtake overwhelm
overflow overrun
overhaul overtake
override overthrow overturn reverse
overthrow subvert
own possess
pad plod tramp trudge
pan trash
pander pimp procure
paper wallpaper
parade troop
paraphrase rephrase
pare peel
part split
partake share
partition zone
pass surpass
patch piece
patrol police
patronize sponsor
patter spatter spit sprinkle
peal ring
pelt pepper
penalize punish
perch roost
perfume scent
persevere persist
persist prevail
persuade sway
pillory savage
ping pink
pink rap
pipe shriek shrill
piss wee
pit scar
pit stone
pitch sky toss
pivot swivel
plane skim
plank plump plunk
plat plot
pledge plight
plug punch
plummet plump
plunder sack
pole punt
polish refine
polish smooth
pommel pummel
pounce swoop
pound ram
pound thump
pour stream swarm teem
powder pulverize
practice practise rehearse
preach prophesy
predict promise
preface premise
prepare ready
present stage
preserve save
press urge
prick twinge
print publish
process treat
procrastinate stall
procure secure
project protrude
prolong sustain
prompt remind
prop shore
pucker ruck
pucker tuck
pulsate pulse
pulsate pulse throb
pulsate quiver
purge purify
purpose resolve
purse wrinkle
quake quiver
quake tremor
quash repress subdue subjugate
quaver trill warble
quell squelch
query question
quicken whet
quit resign
quiz test
racket revel
radiate ray
rage ramp storm
rat scab
ratify sign
react respond
readapt readjust
readjust reset
realize recognize
realize see understand
realize substantiate
reassign transfer
rebuff repel repulse
rebuff snub
rebuild reconstruct
rebut refute
recall recollect remember
recede retire retreat withdraw
reclaim reform
reconnoiter scout
reconstruct retrace
record tape
recoup reimburse
recover regain retrieve
recreate revive vivify
recur repeat
recur resort
reek smack
reek stink
reenforce reinforce
reestablish reinstate
reexamine review
refashion remake
refill replenish
refund repay
regret repent
regroup reorganize
reinforce reward
reissue reprint
rejoice triumph
rejoin retort
relax unwind
relent soften
relinquish resign
remain stay
rend rip rive
repair resort
repay reward
repeal rescind vacate
repel repulse
replace supersede supplant
repose reside
represent symbolize typify
reprieve respite
reside shack
resign vacate
resist withstand
resurrect upraise
retire withdraw
retrace trace
return revert
reveal unveil
revere reverence venerate
revolve rotate
riffle ripple ruffle undulate
rinse wash
roar thunder
rock sway
roll undulate
roll wheel
rub scratch
sabotage subvert undermine weaken
sail sweep
salvage salve save
sample taste
sand sandpaper
sashay sidle
savor taste
say state tell
say suppose
scamper scurry scuttle
scan skim
scorch sear
scorch sear singe
score tally
scour scrub
scrape scratch
scrawl scribble
scream yell
screech squawk
screen sieve sort
screen test
scuffle shamble shuffle
search seek
secede splinter
section segment
see witness
sew stitch
sew tailor
shack trail
shade shadow
shed spill
shed throw
shimmy wobble
shiver shudder
shiver shudder thrill throb
shove stuff thrust
shrink wither
sieve sift
sight spy
sign subscribe
sin transgress
slacken slow
slam thrash
slant weight
sleep slumber
slice slit
slide slip
slip steal
slop spill splatter
slop splash squelch
slug swig
smack thwack
smother suffocate
smother surround
snap snarl
snare trap
snicker snigger
sniff whiff
snoop spy
soak souse
soar surge zoom
span traverse
spark sparkle
spatter splash splatter swash
speak talk
spice zest
spin twirl whirl
splash sprinkle
spot spy
sprawl straggle
squeeze wedge
squirm twist worm wrestle wriggle writhe
stain tarnish
stammer stutter
stamp stomp stump
state submit
staunch stem
stay stick
step tread
stiffen tighten
stifle suffocate
strain stress
strain strive
strangle throttle
straw strew
stretch unfold
stumble trip
style title
sub substitute
subject subjugate
suffer sustain
sulfur sulphur
sum summarize
sum summate total
superintend supervise
surge tide
surmise suspect
swap switch
swarm teem
sway swing
swirl twiddle twirl whirl
sync synchronize
synthesise synthesize
table tabulate
tackle undertake
task tax
teeter totter
terrify terrorize
thud thump
tissue weave
topple tumble
torment torture
trample tread
transfer transplant
transform transmute
translate understand
travel trip
treble triple
twine wind wrap
underestimate underrate
underline underscore
unlace untie
unravel unscramble
vent ventilate
vex worry
view watch
vocalize voice
wag waggle
wail whimper
wallop whack
wallow welter
whip worst
whir whiz
white whiten
wrack wreck
wrench wring
yap yelp
a
abashed embarrassed
abbreviated brief short
abbreviated short shortened
aberrant abnormal deviant deviate unnatural
abhorrent obscene repulsive
abiding enduring lasting permanent
abject contemptible miserable
abject hopeless
abject unfortunate
ablated reduced
ablaze afire aflame aflare alight lighted lit
ablaze aflame passionate
ablaze colorful
able capable
able competent
abnormal anomalous unnatural
abnormal atypical unnatural
abnormal defective unnatural
abnormal exceptional
abnormal unnatural
abnormal unnatural vicarious
abominable awful bad dreadful painful terrible unspeakable
abominable hateful odious
abounding abundant
above preceding
aboveground surface
abroad foreign overseas
abrupt staccato
abrupt steep
abrupt sudden
absent absentminded
absent away
absent lacking missing nonexistent wanting
absolute arbitrary
absolute complete downright sheer
absolute implicit
absolute living
absorbed attentive captive engrossed intent wrapped
absorptive spongy
abstract conceptual
abstract ideal
abstract theoretical
abstractive theoretical
absurd cockeyed foolish idiotic ludicrous preposterous ridiculous
abundant ample plentiful
abundant exuberant lush profuse riotous
abundant plentiful
abundant rampant
abundant voluminous
abused battered
abused misused
academic pedantic scholarly
academic theoretical
accelerated fast
acceptable good satisfactory
acceptable received
acceptable unimpeachable
accepted recognized
accessible approachable
accessible available
accessible handy
accessory adjunct auxiliary supportive
accessory supportive
accompanied attended
accomplished complete completed realized
accomplished complete skilled
accomplished established settled
according reported
accrued increased
accurate correct exact precise right
accurate faithful
accurate true
accusative accusing
accusative objective
ace crack super superior topnotch
aching painful
acid bitter blistering unpleasant virulent
acid sour
acquainted familiar
acrobatic athletic gymnastic
acting temporary
actionable unjust
activated treated
active fighting operational
actual existent
actual existent real
actual genuine literal true
acute discriminating incisive keen knifelike penetrating perceptive sharp
acute intense
adamant inexorable inflexible
adaptable convertible
adaptable elastic flexible pliant
adaptable universal
adaptable variable
adapted altered modified
addicted hooked
additional additive extra
additive cumulative
additive linear
additive supplemental supplementary
addlebrained muddleheaded
adept expert practiced proficient skilled skillful
adequate competent equal
adequate enough sufficient
adequate equal
adequate satisfactory
adherent adhesive
adhesive cohesive
adhesive gummy
adhesive gummy pasty sticky
adhesive resiny tarry
adjacent close near
adjacent close next
adjacent connected contiguous neighboring
adjectival adjective
adjective procedural
adjunct assistant subordinate
adjusted focused
adjusted oriented
adjusted weighted
admirable pleasing
admissible allowable
adolescent immature juvenile
adolescent immature teen teenage young
adult grown grownup mature
adult pornographic sexy
advance early
advance front
advanced innovative progressive
advanced later
advanced precocious
advantageous beneficial
advantageous expedient
advantageous plus positive
advantageous preferential
adventurous audacious daring
adventurous sporting
adventurous swaggering
adverse unfavorable
adverse unfavorable untoward
advertised publicized
advisable best better
advisable well
aerated charged
aerated treated
aerial ethereal insubstantial
aerodynamic flowing smooth streamlined
aerosolized gaseous
aesthetic artistic esthetic
aesthetic artistic esthetic tasteful
aesthetic esthetic
aesthetic esthetic sensuous
affected artificial contrived stilted unnatural
affected moved
affected smitten stricken
affected strained unnatural
affected subject
affected taken
affected unnatural
affectionate fond loving
afferent receptive sensory
affiliated attached connected related
affixed glued pasted
affixed mounted
afflicted ill sick stricken
afflicted impaired unfit
aflare moving
afloat aimless rudderless
afloat floating
afloat flooded full
afoot current underway
afoot moving
aforesaid said same
afraid aghast dismayed shocked
afraid alarmed
afraid concerned
afraid fearful
afraid frightened panicked terrified
afraid frightened scared
afraid horrified
afraid hunted
afraid hydrophobic
afraid numb
aft after
agape gaping opened
aged elderly old older senior
aged old
aged worn
agglomerate collective
aggregate collective mass
aggregate multiple
aggressive battleful
aggressive belligerent hostile
aggressive competitive militant
aggressive truculent
agile intelligent nimble
agile nimble quick
agitated churning
agitated churning roiling turbulent
agitated distraught
agitated excited
agitated feverish hectic
agitated frantic frenzied
agitated hysterical
agitated jolted
agitated jolted shaken
agitated ruffled
agitated seething
ago past
agreed united
agricultural farming rural
ahorseback moving
ailing ill peaked poorly sick sickly
aimless floating unsettled vagabond
airborne mobile
airless stuffy unventilated
airy impractical utopian
airy impractical utopian windy
airy light
akin cognate related
akin kindred similar
alert awake aware
alert brisk energetic lively merry rattling
alert fly
alert wakeful
alfresco outdoor
alien exotic foreign strange
alien foreign
alienated anomic
alienated estranged
aligned straight
alike like similar
aliquot fractional
alive animated
alive animated vital
alive live
alive live viable
alive lively
all complete
all each
all every
alleged declared
alleged questionable supposed
allied related
alligatored cracked rough
allocable distributive
allowable deductible
alone exclusive only
alone lone lonely solitary unaccompanied
aloof distant reserved
alpha exploratory
alpha important
alright satisfactory
altered changed
altered revised
alternate alternative secondary substitute
alternative unconventional
amateur recreational unpaid
amazed astonished stunned surprised
amazing astonishing surprising
amazing awesome impressive
ambiguous enigmatic
ambiguous equivocal
ambiguous equivocal evasive
ambiguous equivocal forked
ambiguous equivocal indeterminate
ambiguous unstructured
ambitious aspirant aspiring
ambitious challenging difficult hard
ambitious compulsive driven
amenable compliant
amenable susceptible
amended better
amended revised
amiable cordial friendly genial
amicable friendly
amiss awry nonfunctional
amorous loving
amorous loving romantic
amorphous inorganic unstructured
amorphous shapeless
amorphous unstructured
ample big large sizable
ample generous
ample good
amused pleased
analogous correspondent similar
analogue linear
analytic analytical
anatomic anatomical
ancestral transmissible
ancient old
ancient past
anemic weak
angelic good
angelic sweet
angry black
angry enraged furious maddened
angry furious stormy
angry incensed indignant outraged
angry livid
angry mad sore
angry unhealthy
angry wrathful
anguished sorrowful tormented tortured
angular rectangular
angular triangular
animal carnal physical sensual
animate sentient
animated moving
annihilating destructive devastating withering
annihilating devastating disrespectful withering
announced declared proclaimed
annoyed displeased steamed stung
annoyed harassed pestered troubled
annoying galling irritating nettlesome pestering teasing
annual periodic periodical
anonymous nameless unknown
another other
answering responsive
antagonistic counter negative
antagonistic hostile
antecedent anterior prior
antecedent preexistent
anterior frontal
antic fantastic grotesque strange unusual
anticipated awaited expected
antique old
antique outmoded
antiseptic cleansing
antithetical different
antitrust fair just
anxious dying eager
anxious nervous troubled uneasy
any some whatever whatsoever
apart separate
apocalyptic prophetic
apocryphal questionable
apologetic defensive
apostolic papal
appalling dismaying
apparent evident manifest obvious palpable patent plain unmistakable
apparent seeming superficial
appealing attractive
applicable relevant
applied forensic
appointed assigned
appointed prescribed settled
appreciable considerable
appreciative discriminating
appreciative grateful
approaching coming future upcoming
appropriate pat
approved authorized
approximate close
approximate rough
apt clever intelligent
apt given inclined minded tending
apt liable likely
arable productive
arbitrary discretionary
arch condescending patronizing superior
arch implike mischievous playful puckish
arched arching curved curving
arctic cold frigid icy
ardent bright
ardent enthusiastic
ardent fervent fiery impassioned passionate
arduous difficult hard
arduous straining strenuous
argumentative quarrelsome
aristocratic noble
armed barbed prickly
armored equipped
armored mailed
armored scaled
aroused awakened
aroused excited
aroused tense
arranged artificial unreal
arranged laid ordered
arranged ordered
arranged ordered placed
arranged organized
arrogant proud
articulate eloquent
artificial bleached unreal
artificial cardboard unreal
artificial dummy unreal
artificial ersatz substitute unreal
artificial fake imitation simulated unreal
artificial inorganic
artificial near unreal
artificial painted unreal
artificial stylized unreal
artificial synthetic unreal
artificial unreal
ascending rising
ascending upward
ascertainable determinable
ashamed embarrassed
ashamed guilty
ashen blanched livid
asleep dead deceased gone
asleep dormant torpid
asleep drowsy
asleep numb
asleep sleepy
asleep somnolent
assertive cocky
assertive emphatic forceful
associate subordinate
assorted different various
assorted heterogeneous miscellaneous mixed sundry
assumed counterfeit fictive imitative pretended sham
assuming forward
assured confident
assured secure
astonishing astounding impressive staggering stupefying
astounding incredible unbelievable
astral stellar
astringent sour
astronomical big large
astute shrewd smart
atheist atheistic
athletic muscular
atomic little small
atomic nuclear
atrophied diminished wasted
attached betrothed committed
attached committed
attached committed intended
attached committed involved
attacking offensive
attained earned
attempted unsuccessful
attendant consequent incidental resultant subsequent
attendant present
attentive observant
attired clad clothed dressed garbed
attractive captivating fascinating
attractive cute
attractive engaging
attractive fetching taking winning
attractive irresistible
attractive spellbinding
attributable traceable
audacious bold brave dauntless fearless hardy
audacious brassy brazen insolent
audible sounding
august grand lordly noble
august honorable revered venerable
austere plain severe stark
austere stern strict
authentic genuine veritable
authentic reliable trustworthy
authoritarian domineering overbearing
authoritative authorized official
authoritative definitive standard
authoritative influential
authorized canonized glorified
authorized licensed
automated automatic
automatic involuntary reflex
automatic machinelike mechanical
automotive moving
autonomic involuntary
autonomous free independent sovereign
autonomous independent
auxiliary secondary supplemental supplementary
available free
available obtainable
available ready
available usable useable
available visible
average common ordinary
average mean normal
average ordinary
avowed declared
awake awakened
awake wakeful
aware careful mindful
aware conscious
aware mindful
aware mindful resonant
away inaccurate
awed awestruck
awful dirty filthy lousy nasty
awful dread dreadful fearful frightening terrible
awful hateful mean nasty
awful nasty
awkward clumsy ungainly
awkward inconvenient
awkward strained
awkward wooden
awry cockeyed crooked
axial lengthwise
axiomatic obvious
babelike dependent
back hinder posterior
back rear rearward
backed coated
backstage offstage private
backward bashful
backward converse reversed
backward inverse reverse
backward rearward reverse
backward regardant
backward retarded
backward returning
bad big intense
bad deplorable distressing pitiful sad sorry
bad frightful
bad horrid
bad ill
bad lousy rotten shitty stinking
bad negative
bad pretty
bad rubber
bad uncomfortable
bad unsuitable
baffled befuddled bewildered confused perplexed
baffling difficult hard knotty
baggy loose
baked dry parched scorched sunbaked
balanced harmonious proportionate symmetrical
balanced poised
bald hairless
bald overt
balding hairless
baleful menacing ominous sinister threatening
balking intractable
bandaged treated
bandy unfit
banging big large thumping walloping
banned illegal
banner superior
barbarian barbaric savage
barbed biting sarcastic
bare meager scanty
bare naked nude
baronial imposing impressive noble stately
baroque fancy
base basic
base inferior
based settled
based supported
bashful timid
basic elemental elementary
basic first introductory
basic fundamental rudimentary underlying
basic grassroots
basic radical
basic standard
bastard bogus counterfeit fake imitative phony
battered damaged
battered worn
bawdy dirty
bay colored colorful
beaded covered
beady bright
beady jeweled
beaming bright radiant
beaming cheerful
beaming proud
bearded bewhiskered unshaved unshaven whiskered
beardown strong
bearing supporting
beat dead tired
beautiful fair
beautiful glorious resplendent splendid
beautiful gorgeous
beautiful handsome
beautiful lovely
beautiful picturesque
beautiful pleasant
beautiful pretty
beautiful scenic
becoming proper
bedfast ill sick
bedraggled damaged dilapidated
bedraggled dirty soiled
beefy burly husky robust
befuddled woolly
beginning opening
beguiling dishonest
beguiling seductive
behind down
belated late
believable credible
belligerent militant
beloved darling dear loved
belowground subsurface underground
bended bent
bent crumpled damaged
bent resolute
best champion prizewinning
best foremost
best optimal optimum
bestial brutal brute inhumane
bestubbled unshaved unshaven
beta exploratory
beta important
better improved
bewitched enchanted
bias oblique
biased colored partial
biased colored partial slanted
biblical scriptural
big bigger large larger
big bouffant large
big bulky large
big colossal large prodigious stupendous
big cosmic large
big enormous large tremendous
big epic heroic large
big extensive large
big giant large
big gigantic large mammoth
big great large
big huge immense large vast
big important
big large
big large massive
big large massive monumental
big large monstrous
big large mountainous
big large oversized
big large plumping
big large rangy
big large spacious
big large super
big large titanic
big large voluminous
bilateral multilateral
bilateral mutual reciprocal
bilateral symmetric symmetrical
billion cardinal
binary multiple
binding valid
biting painful
bitter intolerable
bitter resentful
bittersweet sad
bizarre eccentric unconventional
black colored negro
blackened colored colorful
bladed thin
blame blessed cursed damn damned darned goddam goddamn goddamned infernal
bland diplomatic politic smooth suave
blank empty
blank unloaded
blanket broad comprehensive extensive wide
blaring blasting loud
blasphemous dirty profane
blasting destructive ruinous
blatant blazing conspicuous
blatant clamorous noisy vociferous
blazing bright dazzling glaring
bleached faded
bleak cold cutting
bleak desolate inhospitable
bleak hopeless
bleary blurred fuzzy hazy indistinct
bleary tired
blessed fortunate
blighted destroyed
blind blinded
blind blindfolded
blind irrational unreasoning
blind unseeing
blissful happy
blistering fast
blistering hot
blithe cheerful lighthearted
blithe unconcerned
blockading preventive
blocked closed
blond blonde
blond blonde redheaded
blond blonde sandy
bloodless dead
bloodstained bloody gory
bloodsucking bloody
bloodsucking dependent
bloodthirsty bloody
bloody blooming fucking
bloody crimson red
bloody gory sanguineous
bloody homicidal
blown breathless
blown moving
blue bluish
blue dejected depressed downcast gloomy
blue northern
bluff bold sheer steep
bluff direct
blunt candid direct forthright frank outspoken
blunt pointless
blurred unclear
blustery bullying domineering
blustery stormy
boastful proud
bodily corporal corporeal physical somatic
bodily corporeal
boisterous disorderly unruly
boisterous spirited
boisterous stormy
bold conspicuous
bold emboldened
bold foolhardy reckless
bold heroic
bold overvaliant
bombproof invulnerable
bone bony
bony lean scraggly scrawny skinny thin
bony osseous
booked engaged reserved
boon close
booted shod
borderline marginal minimal minimum
bored tired
boring irksome tedious tiresome wearisome
born intelligent
boss brag superior
both some
bottom worst
bottomless deep
bottomless limitless unlimited
bouncing healthy
bouncing lively spirited
bound conjugate conjugated
bound conjugated
bound enchained
bound paperback
bound rolled
bound shackled
bound tied
bound wired
bounded finite
boundless infinite limitless unbounded
bovine dull
boyish immature young
braced buttressed supported
braced prepared
bracing brisk fresh refreshing
brainy brilliant intelligent
branched divided forked
branded proprietary
brash forward
brassy cheap flash flashy gaudy loud tawdry
brave colorful
brave courageous
brave courageous gallant
brave courageous game gritty spirited
brave courageous undaunted
brave courageous valiant
breakable brittle
breakable delicate fragile frail
breakable friable
breakable splintery
breakaway independent
breathless dead inanimate pulseless
breathless exciting
breathless smothering suffocating
breeding fruitful
brief concise
brief short
bright colorful vivid
bright gleaming
bright glinting glittering
bright glistening shining shiny
bright intelligent smart
bright luminous
bright lurid
bright opalescent
bright silver silvery
bright twinkling
brilliant glorious impressive magnificent splendid
brilliant superb superior
broad general
broad panoramic wide
broad sweeping wide
broad wide
broadside side
brocaded raised
broke bust poor
broken crushed humble
broken dotted
bronze metal metallic
bronzed suntanned tanned
brooding contemplative meditative musing pensive reflective thoughtful
brown brownish
brushed groomed
brushed soft
brushy wooded
brutal cruel fell inhumane savage vicious
brutal intense
bucolic pastoral
bucolic pastoral rural
buggy cracked insane nuts wacky
buggy dirty soiled
built improved
bulging convex
bullnecked strong
bully cracking good keen swell
bum cheap crummy inferior punk
buoyant cheerful perky
buoyant light
burdened laden
burning important
burnt destroyed
burnt treated
bush inferior
bushwhacking concealed
bushy shaggy
businesslike earnest purposeful
businesslike efficient
busy engaged
busy fancy fussy
busy interfering intrusive meddling
busy toiling
buttoned fastened
buzzing noisy
bygone gone past
cadaverous emaciated gaunt haggard lean pinched skeletal thin
cagey cautious
cagey clever smart
calculated deliberate intended
calculating hard shrewd
caller cool
caller fresh
callous calloused thickened tough
callous insensitive
calm composed tranquil
calm placid still tranquil
cancelled off
capable confident
capable subject susceptible
capillary thin
capital primary
capital superior
capital uppercase
capitalist capitalistic
capitalist capitalistic competitive
cardinal central fundamental important key
cardinal dozen twelve
cardinal eight
cardinal eighteen
cardinal eighty
cardinal eleven
cardinal fifteen
cardinal fifty
cardinal five
cardinal forty twoscore
cardinal four
cardinal fourteen
cardinal hundred
cardinal million
cardinal nine
cardinal nineteen
cardinal ninety
cardinal one
cardinal seven
cardinal seventeen
cardinal seventy
cardinal six
cardinal sixteen
cardinal sixty
cardinal ten
cardinal thirteen
cardinal thirty
cardinal thousand
cardinal three
cardinal twenty
cardinal two
cardinal zero
carefree freewheeling irresponsible
careful conscientious
careful deliberate unhurried
careful detailed elaborate
careful minute
careful protective
careful studious
careful sure
careful thorough
careless cursory perfunctory
careless heedless reckless
careless heedless regardless unheeding
careworn drawn haggard tired worn
carved carven
carved carven engraved inscribed
carved carven sculptured
casebook standard
cassocked clad clothed
casual daily everyday informal
casual nonchalant unconcerned
catastrophic harmful ruinous
catching infectious transmissible
categorized classified
causal causative
causative contributing contributory
causative motivating motive
causative motive motor
causative responsible
cautious conservative moderate
cautious gingerly
ceaseless constant continuous perpetual uninterrupted
celestial ethereal heavenly
celestial heavenly
centenary centennial
center central halfway middle midway
centered central
central focal
central median
cerebral intellectual
certain confident convinced positive sure
certain convinced positive sure
certain definite
certified insane
certified qualified registered
challenging provocative
challenging stimulating
chambered divided
changed transformed
changed varied
changing dynamic
chanted musical
chantlike rhythmic rhythmical singsong
chaotic disorderly wild
chaotic disorganized
characteristic diagnostic symptomatic
characteristic distinctive typical
charged emotional
charged polar
charitable kind kindly sympathetic
charitable philanthropic
charming magic magical supernatural wizard
charming pleasing
charnel ghastly
cheap inexpensive
cheating foul unfair unjust
cheating unfaithful
cheerful cheery gay sunny
cheerful chipper jaunty
cheerful optimistic upbeat
cheerful smiling
cheering comforting satisfactory satisfying
cherished loved precious treasured wanted
cherry crimson red ruby ruddy
chic fashionable smart
chicken cowardly fearful yellow
chief important main master primary principal
childish immature infantile
childlike immature young
childlike naive
chilling scary shivery
chilly cold
chiseled distinct
chivalrous courteous knightly
chockful full
choice prime prize quality select superior
choked clogged
choosy fastidious
chronic continuing long
chronic usual
chunky short squat
churchgoing religious
circular global round spherical
circular rotary
circular round
civil civilian
civil polite
civilized cultured polite refined
civilized humane
clad clothed
clad clothed coated
clad clothed cowled
clad clothed gowned
clad clothed petticoated
clad clothed suited
clad clothed tuxedoed
clad clothed uniformed
clammy dank wet
clandestine secret undercover underground
clanging noisy
clanking noisy
clannish joint
clannish private snobbish
clarifying informative instructive
classic classical
classic superior
classic typical
classical received
classified grouped sorted
classified restricted
classless democratic
clean cleanly
clean immaculate spic spotless
clean pure unclouded
clean unqualified
clean unstained
clean unused
clean washed
clear clearheaded
clear lucid
clear unmistakable
clear vivid
cleared improved
cleared innocent
clearheaded unclouded
cleft compound
cleft divided
clinched tight
clinical objective
clogged clotted thick
clogging preventive
close confidential
close contiguous immediate
close cozy
close dear
close enveloping
close imminent impending
close intimate
close near
close near nearby
close proximate
close snuggled
close surrounding
close walking
closed drawn
closed shut
closing concluding final last
clothed covered draped wrapped
clouded cloudy overcast
clouded troubled
cloudy hazy misty
cloudy indistinct nebulous
cloudy leaden
cloudy lowering sullen threatening
cloudy murky opaque
clumsy cumbersome inept
cluttered littered
coagulate thick
coarse granular gritty harsh
coarse harsh
coarse inferior
coarse vulgar
coarsened inferior
coated oily
coaxing persuasive
cockeyed crocked drunk plastered
coexistent synchronous
cognate related
coherent consistent logical ordered seamless
coherent consistent seamless
coherent lucid rational
cohesive united
cold crisp snappy
cold frigid frozen icy wintry
cold refrigerated
cold shivery
cold stale
cold unheated
collect due
collected composed poised
collective corporate joint
collective socialist socialistic
colloquial conversational informal
colonial complex compound
color colour
colored colorful
colored colorful crimson flushed red
colored colorful liver
colored colorful monochrome
colored colorful trichrome tricolor
colorful flashy gaudy jazzy showy
colorful fluorescent
colorful noisy
colorful picturesque
colorful shot
colorful shrill
colorful vibrant
columned columnlike
combatant military
combined occluded sorbed
comfortable comforted
comfortable cozy
comfortable homely
comforting consoling reassuring
comic funny humorous
commanding dominating high
commendable worthy
commensurate proportionate
commercial inferior
commercial mercenary moneymaking
committed sworn
common communal
common democratic popular
common frequent
common general
common grassroots
common mutual shared
common public
common standard
commonplace hackneyed stock threadbare timeworn tired trite
commonplace ordinary
commonsense reasonable sensible
communicative expressive
communicative gesticulating
communicative heraldic
communicative narrative
communicative nonverbal
communicative outspoken vocal
communicative sign signed
communicative talkative
communicative verbal
communist communistic
compact concise summary
compact consolidated
compact impacted
compact packed
compact short
comparable corresponding same
comparative relative
compelling persuasive
compelling powerful
competent effective efficient
competent workmanlike
competitive matched
complaining protestant
complaining querulous
complete completed
complete consummate perfect
complete exhaustive thorough thoroughgoing
complete full total
complete utter
completed consummated
complex complicated
complex composite
complex compound
complex interlocking interwoven
complex intricate
complex knotty tangled tortuous
complex thickening
compliant lamblike
complimentary free gratuitous unpaid
composed cool nerveless
compound conjugate
compound parted
compound radiate
comprehensive inclusive
comprehensive super
comprehensive umbrella
comprehensive universal worldwide
compressed shut
compressed thin
compromising conciliatory yielding
compromising vulnerable
compulsive neurotic
concealed furtive sneak stealthy
concealed hidden
concealed hidden invisible
concealed hidden obscure
concealed secret
concentrated exclusive
concentrated intense
concentrated thick
concentrated undiluted
concerned haunted obsessed preoccupied
concerned implicated involved
concerned interested involved
concerted cooperative joint
conciliatory pacific
concise cryptic
concise pithy
concise telegraphic
concise terse
conclusive definitive determinate
concordant consistent consonant
concrete solid
concrete tangible
concurrent cooccurring simultaneous synchronous
conditional contingent
conditional dependent
conditional provisional tentative
conditional qualified
confederate united
confident overconfident
confident reassured
confidential private
configured organized
confining constraining limiting restricting restrictive
confirmed official
confirmed unchangeable
confiscate forfeit
conflicting contradictory inconsistent
conflicting opposed
confluent merging
confused disjointed disordered garbled incoherent scattered
confused lost
confusing perplexing puzzling unclear
congested full
conjoined joint
conjugate conjugated united
connected contiguous
connected joined linked
connected wired
conscious intended
conscious sentient
consecutive continuous straight uninterrupted
consecutive ordered sequential serial successive
consecutive succeeding
conservative traditionalist
considerable hefty respectable sizable
considerable significant substantial
consistent duplicable reproducible
consistent pursuant
consolidated united
consonant harmonious
conspicuous crying glaring rank
conspicuous featured
conspicuous marked
conspicuous outstanding prominent salient spectacular striking
conspicuous prominent
constant invariable invariant unvarying
constant staunch
constituent essential
constricted narrowed
constricted tense
constructive creative
constructive formative
constructive formative plastic shaping
constructive positive
consuming intense overwhelming
consummate everlasting perfect pure thorough thoroughgoing utter
consummate masterly skilled virtuoso
consumptive ill sick
contained controlled
contemporary current
contemporary modern
contemporary synchronous
contemptible pathetic pitiable pitiful
contemptuous disdainful disrespectful insulting scornful
content contented
content contented satisfied
content contented smug
contingent possible
continual continuous uninterrupted
continual insistent repetitive
continual perennial recurrent repeated
continual persistent relentless
continual running
continued continuing
continuous dogging uninterrupted
continuous uninterrupted
contraband illegal
contraceptive protective
contrary different
contrary disobedient perverse wayward
contrasting different
contrived planned
controlled disciplined
controlled dominated
controlled obsessed possessed
controlling dominant
controversial disputable
controversial polemical
convenient spacious
conventional customary
conventional established orthodox
conventional received
conventional stuffy
convincing credible
convincing disillusioning
convulsive spasmodic
convulsive violent
cool precooled
cooperative noncompetitive
cooperative synergistic
coordinate equal
coordinated integrated unified
coordinated matched matching
copyrighted proprietary
cordial sincere
cordial warm
corporal corporate corporeal incarnate
correct proper
correct proper right
correct right
correlate correlated related
corresponding related
corresponding similar
corrosive destructive
corrosive sarcastic
corrugated rugged
corrupt crooked underhanded
corrupt dishonest
corrupt imperfect
corrupt perverse reprobate
corrupt sordid
costly expensive
counterfeit forged imitative
counterfeit imitative
counterfeit imitative mock
counterfeit imitative pseudo
counterfeit imitative unauthentic
countless incalculable infinite innumerable multitudinous myriad unnumbered
courteous gracious polite
covered crusted
covered dabbled splashed splattered
covered drenched
covered muffled
covered overgrown
covered plastered
covered smothered
covered thickspread
covered tiled
cowardly craven fearful
cowardly fearful
cowardly fearful timid
cozy friendly intimate
cracked rough
crackle fancy
crafty sly wily
craggy mountainous rough
cranky irritable nettlesome peevish scratchy
cranky unstable
craved desired wanted
crazed deranged insane
crazy excited
crazy impractical
crazy insane mad sick unhinged
creamy thick
creative fanciful
creative fictive
creative imaginative inventive
creditable worthy
crescendo increasing
criminal deplorable reprehensible vicious wrong
criminal guilty
criminal illegal
crippled game halt unfit
crippling disabling
crisp distinct sharp
crisscross crisscrossed reticulate
critical evaluative
critical scathing
crooked hooked
crooked irregular
crooked knotted knotty
crooked malposed
crooked tortuous twisting voluminous winding
crooked warped
crooked windblown
crooked writhed
crooked wry
crooked zigzag
cross fussy
cross transverse
crossed intersecting
crotchety ornery
crowded huddled
crowded jammed packed
crowded thronged
crowning top
crowning ultimate
crucial essential important
crucial important
crucial important pivotal
crucial material
crude earthy indecent
crushed rough
crushing destructive devastating
crying imperative insistent instant
cryptic esoteric
cryptic inexplicable inscrutable mysterious
cultural ethnic social
curious funny peculiar queer singular strange unusual
curious inquisitive questioning speculative wondering
curious overcurious
curly wavy
current latest
current ongoing
current online
current topical
cursed damn goddamn
cursed damned doomed lost unredeemed
curtained draped
curved curving
curved curving hooked
curved curving sinuous
curved curving sinusoidal
custodial protective
custom tailored
customary habitual usual
cut punctured
cut slashed
cut split
cutting edged unkind
cutting knifelike
cylindrical rounded
daily periodic periodical
dainty delicate exquisite
dainty fastidious
damaged hurt
damaged riddled
damaging destructive
damaging harmful prejudicial
damp moist wet
dangerous desperate unsafe
dangerous grave grievous serious
dangerous perilous precarious unsafe
dangerous risky unsafe
dangerous suicidal unsafe
dangerous treacherous unreliable unsafe
dangerous unsafe
dapper dashing fashionable jaunty
dappled mottled
daring original
dark darkening
dark dim
dark dusky twilight
dark gloomy sulky
dark tenebrous
dashing gallant spirited
dazed groggy
dazed stunned stupid
dazzling impressive
dead deathlike deathly
dead doomed
dead executed
dead lifeless
dead murdered
dead out
dead slain
deadened insensitive
deadly deathly fatal
deadly fatal lethal
deadly toxic virulent
deaf heedless indifferent unheeding
deafening earsplitting loud thunderous
dear devout earnest sincere
debilitating enervating weakening
debilitating exhausting
decadent immoral
decadent indulgent
decent fitting proper
decent nice respectable
deceptive dishonest misleading
deceptive unreal
decided definite
decisive definite
decisive determinant determining
decisive fatal fateful
decisive peremptory
decisive resolute
declared explicit expressed stated
decorative nonfunctional
decreasing diminishing
decreasing dwindling
decreasing falling
dedicated devoted
dedicated votive
deductive inferential
deep profound
deep unplumbed
deepening intensifying thickening
defective imperfect
defective nonfunctional
defending defensive
defensible invulnerable
defiant resistive
deficient inadequate insufficient
deficient inadequate lacking wanting
deficient insufficient
deficient insufficient lean
deficient insufficient scant
deficient insufficient shy
definable determinable
defined distinct outlined
definitive explicit expressed
deflated dejected
deformed malformed
dejected glum
dejected lonely
deliberate intended intentional knowing
delicate fragile
delicate gossamer
delicate pastel
delicate skilled
delicious delightful pleasing
delicious luscious
delighted enchanted
delighted pleased
demanding rigorous
demanding stern
demeaning humiliating
democratic parliamentary
democratic popular
democratic representative
democratic republican
demonstrable obvious
demonstrative illustrative informative instructive
demythologized rational
dense heavy
dense thick
dependable honest reliable trustworthy
dependable reliable
dependable reliable tested tried
dependable steady
dependent helpless
dependent interdependent
dependent subordinate
deplorable inferior woeful wretched
deprecating deprecatory
depressed low
depressed thin
derisive disrespectful gibelike mocking taunting
derivative derived
descendant descendent descending
descendant descendent related
descending down downward
descending downhill
descending drizzling
descending falling
described represented
deserving worth worthy
designate incoming
designed intentional
desirable eligible suitable worthy
desirable preferable preferred
despairing desperate hopeless
desperate resolute
despised hated
despondent hopeless
destroyed extinguished
destroyed fallen
destroyed gone
destroyed lost ruined
destroyed obliterate
destroyed raped
destroyed ruined
destroyed scorched
destroyed tattered
destructive wasteful
detached isolated separate separated
detached unconcerned uninvolved
detectable noticeable perceptible
detected heard
detected noticed
detected perceived
determinate fixed
determined discovered observed
determined resolute
determined stubborn
deterministic settled
deterrent preventive
developed improved
developed industrial
developed mature
developing underdeveloped
devilish evil
devilish playful
devious indirect roundabout
devious oblique
devoid nonexistent
devout religious
dexterous dextrous
diabetic ill sick
diagonal inclined slanted slanting sloping
diagonal oblique
dictated settled
different disparate
different distinct
different divergent
different diverse
different diverse various
different other
different polar
different several
different unusual
different variant
differentiated specialized
difficult embarrassing hard
difficult hard
difficult hard herculean
difficult hard nasty
difficult hard tall
difficult hard tough
difficult hard troublesome
difficult hard trying
difficult uncheckable
difficult uncontrollable unruly
diffident reserved
diffident shy timid unsure
diffuse diffused
diffuse distributed
diffused distributed
diffusing distributive
digestible predigested
dignified distinguished imposing
dignified proud
dignified stately
diligent hardworking industrious tireless
diligent patient
dilute weak
dim faint indistinct shadowy vague
diminished impaired lessened weakened
diminished reduced
diminutive little petite small tiny
dingy dirty grimy soiled
dingy dreary gloomy
dingy muddied muddy
direct immediate
direct pointed
direct through
directed oriented
directing directional directive guiding leading
dirt unimproved
dirty filthy nasty
dirty filthy soiled
dirty fouled soiled
dirty greasy soiled
dirty lewd obscene salacious
dirty lousy soiled
dirty muddy soiled
dirty soiled
dirty soiled sooty
dirty soiled sordid
dirty soiled unclean
disabled handicapped unfit
disappointed discomfited frustrated unsuccessful
disappointing unsatisfactory
disastrous fatal fateful unfortunate
discarded unwanted
discernable discernible
discernible evident noticeable observable
discernible perceptible
discerning perceptive
disciplined trained
discontent discontented
discontent discontented dissatisfied
discontent discontented rebellious
discontent discontented restless
discorporate disembodied immaterial
discouraged disheartened pessimistic
discouraged irresolute
discouraging disheartening
discouraging frustrating
discrete distinct separate
discretionary unrestricted
discriminating eclectic
discriminating selective
disdainful haughty lordly overbearing proud supercilious swaggering
diseased pathologic pathological unhealthy
disfigured ugly
disgusted displeased
disgusting foul loathsome
disheveled frowzled tousled
dishonest fraudulent
dishonest thieving
disinterested impartial
disjointed divided
disjointed injured separated
disobedient headstrong willful
disobedient unruly
disordered disorganized upset
disorderly jumbled
disorderly moblike
disorderly raucous rowdy
disorganized scrambled
disparate heterogeneous
dispassionate impartial
dispersed distributed spread
displeased exasperated
displeased injured
dispossessed homeless unfortunate
disqualified ineligible
disrespectful flip impudent insolent
disrespectful impious
disruptive riotous troubled tumultuous turbulent
distant faraway
distant removed
distant yonder
distinctive identifiable
distinguished important
distressed stressed troubled
distressed troubled
distressed unhappy
distressing disturbing
distributed divided shared
distributed rationed
distributed scattered
distributed separated spaced
distributed sparse
distributed splashed
distributed widespread
disturbed neurotic
disturbed troubled upset worried
diversified varied
divided sectioned
divided segmental
divided split
divided torn
divine godlike heavenly
divine heavenly
divine heavenly providential
divorced unmarried
dizzy frivolous silly
dizzy ill sick
docile meek
docile sheeplike
docile tame
docile yielding
doctrinaire informative instructive
documentary existent real
documented genuine
documented registered
dogged stubborn
doglike loyal
dogmatic narrow
doleful mournful sad
domestic home interior internal
domestic municipal
dominant dominating
dominant frequent
dominant governing
dominant overriding paramount predominate
dominant possessive
dominant sovereign supreme
dominant superior
dominated henpecked submissive
dominating domineering peremptory
done finished through
doomed unfortunate unlucky
doped drugged drunk
doped treated
dormant quiescent
dormant sleeping
dosed treated
dotted flecked speckled
double dual multiple
double dual multiple twofold
double multiple twofold
doubtful dubious questionable
doubtful dubious uncertain unsure
doubtful tentative unsettled
down downcast
down downward
down fallen
down falling
down thrown
downright honest honorable
drab dreary dull
drab sober somber
drafty draughty
dramatic impressive spectacular striking
dramatic melodramatic
dramatic spectacular
drastic forceful
dreamed unreal
dreamlike unreal
dreamy languid
dress formal
dressed finished
dressed treated
dressy fancy
dried dry
dried preserved
drilled trained
driven impelled motivated
driven involuntary
driving dynamic
driving energetic
drowsy yawning
drugless healthful
drumhead summary unofficial
drunk drunken
drunk excited
drunk tipsy
dry humorous ironic ironical wry
dry sear shriveled withered
dry thirsty
due expected
due payable
due repayable
dull mat matted
dull monotonous
dull muffled muted soft softened
dumb slow stupid
dumfounded surprised
duplicate matched matching twin
duplicate same
durable lasting long
durable serviceable
dusky swart swarthy
dynamic kinetic
dynamic projectile
dynamic slashing
eager impatient
eared worn
earlier earliest early
early other past
early precocious
early previous
early primeval
early primitive
early proto
early wee
early young
earnest serious sincere solemn
earthshaking important significant
earthshaking loud
earthy natural
east eastern
east eastward
eastern southeastern
easy effortless
easy elementary simple unproblematic
easy leisurely unhurried
easy painless
eatable killable
ebullient exuberant spirited
economic economical
economic economical efficient
economical thrifty
ecstatic joyous
edematous unhealthy
edgy jumpy restive tense
educated enlightened informed
educated knowledgeable learned
educated literate
educated semiliterate
educational informative instructive
effective efficacious
effective efficacious impressive telling
efficient streamlined
effluent outgoing
elaborate fancy
elastic plastic
elastic rubberlike rubbery
elastic stretch
elastic viscoelastic
elder older senior
eldest first
elect elite selected
elect incoming
elected electoral
electric electrical
electric exciting galvanic
electric tense
electrifying exciting thrilling
electrostatic static
elegant exquisite
elegant foppish
elegant graceful
elegant graceful gracious
elevated exalted lofty noble rarified
elevated increased raised
elevated raised
elfin little small
elfin supernatural
eligible entitled
ellipsoid rounded
elongate elongated long
elongated extended long prolonged
elusive subtle
emancipated free liberated
embarrassing unpleasant
embedded integrated
emblematic representative symbolic
emblematic typical
emeritus old
emotional lyric lyrical
emotional sentimental
emphatic forceful
emphatic stressed
empirical existential experiential
empirical experimental
empirical experimental observational
empirical semiempirical
employed hired
employed used utilized
employed working
empty glassy glazed
empty hollow meaningless
empty hungry
empty lifeless
empty looted
empty vacant
empty void
enchanted fascinated spellbound
encouraged pleased
encouraging heartening
encouraging rallying
encouraging supporting supportive
endangered vulnerable
endearing lovely
ended finished over terminated
endless eternal interminable long
endless infinite
enduring patient
energetic enterprising industrious
energetic indefatigable tireless
energetic strenuous
energetic vigorous
enforced implemented
engaged involved
engrossed written
engrossing fascinating interesting
enhanced increased
enigmatic puzzling
enjoyable pleasant
ensuing succeeding
entangled involved
entangled tangled
entertaining interesting
enthusiastic evangelical
enthusiastic glowing
entire full total whole
entire intact integral whole
entire smooth
envious jealous
ephemeral passing temporary
epidemic pestilential
epistolatory informal
equal equivalent
equal even
equal isothermal
equipotent potent
equipped furnished
equipped prepared
equipped visored
equitable just
equivocal questionable
erect hard
erect rampant rearing vertical
erect standing vertical
erect upright vertical
erect vertical
eroded scoured worn
erotic sexy titillating
erratic mercurial quicksilver
erratic planetary unsettled wandering
erratic unreliable
erroneous incorrect wrong
erudite learned scholarly
escaped free
esoteric mysterious mystic mystical
essential indispensable necessary
essential must
essential staple
essential substantial substantive
essential virtual
essential vital
established grooved
established legitimate
established planted
established recognized
eternal everlasting lasting permanent perpetual unending
ethical honorable
ethnic pagan
evasive protective
even flat level plane
even flush
even justified
eventual ultimate
everyday familiar
everyday mundane ordinary routine unremarkable
evidential important significant
evil fiendish infernal satanic unholy
evil malign
evil monstrous
evil sinister
evil ugly unworthy vile worthless
evil vicious wicked
exact literal
exact perfect
exact photographic
exact rigorous strict
exact verbatim
exaggerated increased magnified
exaggerated overdone
exasperating infuriating maddening
exasperating intensifying
excellent ripping splendid superior
exceptional extraordinary prodigious
exceptional particular special uncommon
excess extra redundant spare surplus unnecessary unneeded
excessive extravagant exuberant
excited frantic mad wild
excited thrillful
exciting exhilarating
exciting glamorous
exciting stimulating
exciting tingling titillating
exciting titillating
exclusive inside privileged
exclusive selective
exclusive sole
excruciating painful torturing
exempt immune
exempt privileged
exhausted fatigued spent tired
exhausted spent
exhausting tiring wearing wearying
exhilarating stimulating
existent existing
existent factual real
existent historical real
existent objective real
existent real
existing present
exotic strange unusual
expectable expected
expectant gravid pregnant
expectant hopeful
expedient opportunistic
expedient politic
expensive overpriced
experienced knowledgeable
experienced older
experienced practiced practised
experienced veteran
expert skilled
expired invalid
expired terminated
explanatory informative instructive
explicit express expressed
explicit expressed
explicit expressed graphic
explicit literal
exploratory preliminary
exploratory searching
exploratory wildcat
explosive sudden
explosive unstable volatile
exposed open unprotected
expository informative instructive
express fast
expressed spoken
exquisite intense keen
extant surviving
extended lengthy long prolonged
extended spread
extended stretched
external foreign international
external outer
external outside
extralegal illegal
extramarital illicit
extraneous irrelevant
extraordinary fantastic howling marvelous rattling terrific tremendous wonderful wondrous
extraordinary frightful tremendous
extraordinary great
extraordinary remarkable singular
extraordinary sinful
extraordinary special
extraordinary uncanny
extraordinary uncommon
extraordinary unusual
extraordinary wonderworking
extravagant wasteful
extreme intense utmost
extroverted outgoing
exultant jubilant rejoicing triumphant
eyed eyelike
fabled legendary unreal
fabulous incredible unbelievable
fabulous mythic mythological unreal
fabulous pleasing
faced featured
facetious humorous
facilitatory helpful
faded reduced weakened
failing unsatisfactory
faint feeble weak
faint perceptible
fair just
fair just sporting
fair moderate reasonable
faithful loyal
faithful true
fallow unbroken unplowed
fallow undeveloped
false incorrect mistaken wrong
false invalid
false mendacious
false untrue
famed famous illustrious known notable noted renowned
familiar garden
familiar informed
familiar old
familiar usual
fanatic passionate
fanciful fancy
fanciful imaginary unreal
fancy florid
fancy lacy
fancy puff
fantastic unrealistic
far faraway
far farther
far farther further
far farthest utmost
far long
far outlying
far remote
far remote removed
far right
fashionable latest
fashionable modern
fashionable popular
fashionable quaint
fashionable swagger
fashionable swish
fast fleet swift
fast hurrying scurrying
fast instant instantaneous
fast presto
fast prompt straightaway
fast quick speedy
fast rapid
fast rapid speedy
fast windy
fastened knotted tied
fastidious finicky fussy
fat fatty
fat fatty greasy oily
fat fleshy overweight
fat gross
fat plump
fat stout
fat thick
fateful foreboding portentous prophetic
fattening finished
favorable indulgent
favorable lucky propitious
favored favorite loved pet preferred
favorite popular
fearless unafraid
feasible possible practicable viable workable
featureless plain
fecund fertile
fecund fertile productive prolific
federal national
feeble frail rickety weakly
feeble weak
female feminine
ferocious fierce furious violent
fertile fruitful prolific
fertile impregnable
fertile rank
fervent hot
festive joyous merry
fetid foul stinking
feverish ill sick
fewer less
fictional unreal
fierce intense vehement
fierce merciless
fiery hot
figurative poetic
figurative tropical
filled full
filled occupied
filmed recorded
final net ultimate
final unalterable
financial fiscal
fine okay satisfactory
fine precise
fine thin
finished polished
fired unemployed
firm forceful
firm hard
firm resolute unfaltering unshakable unwavering
first freshman
first inaugural initiative maiden opening
first initial
first original
first premiere
first prime
first prototypical
firsthand primary
fit primed ready set
fit suitable suited
fit worthy
fitting just meet
fixed leaded
fixed set
fixed taped
flat planar
flat unconditional unqualified
flattened planar
flawless perfect
fledgling inexperienced
fleeting fugitive momentary short
flexible stretched
flimsy fragile insignificant slight unimportant
flimsy insubstantial weak
flimsy unconvincing
flint obdurate
floating mobile
florid healthy ruddy
fluffy soft
fluid graceful
fluid liquid
flush rich wealthy
flushed healthy rosy
flying hurried quick
flying moving
foamy unhealthy
following next succeeding
following pursuing
following succeeding
fond inclined partial
fond loving
foolish insane
foolish misguided
foolish silly wacky
foolish stupid
foolish unwise
foolproof infallible
footloose free
forbidden taboo
forced involuntary
forceful impetuous
foregoing preceding
foreign imported strange
foreign naturalized strange
foreign strange
foremost front
foreseeable predictable
forgetful mindless
forgetful oblivious
forgotten unnoticed
formal literary
formal official
formal perfunctory
formal stiff
formalized official
formed pliant
formed precast
formed shaped
former onetime past sometime
former past previous
formidable impressive
formidable redoubtable
forte loud
fortified protected
fortified strong
fortunate happy
fortunate lucky
fortunate miraculous providential
fortunate well
forward headlong
forward impudent
fouled tangled
fourfold multiple quadruple
fractional fragmentary
fractional half
fractional halfway
fragrant perfumed scented
frail human imperfect
frank obvious
frayed worn
free liberated
free unrestricted
freehand original
frenzied manic wild
fresh new
frightful horrible horrifying
frivolous trivial
front frontal
frostbitten frozen
frozen icy
fruitful plentiful
fruitful procreative
fruitless futile vain
frustrating preventive
full instinct
full laden ladened loaded
full overloaded
full pregnant
full riddled
full stuffed
full untouched
fumbling incompetent
functional structural
functional useful utilitarian
fundamental important profound significant
funny questionable suspect suspicious
furry hairy
fusiform pointed
futile meaningless unavailing useless
future incoming next succeeding
future prospective
future rising
fuzzed fuzzy hairy
fuzzy incoherent
gainful paid paying profitable
gallant impressive lofty majestic proud
galvanic voltaic
gauntleted gloved
gay indulgent
gay jolly jovial joyous merry
general generic
general gross
general overall
general universal
general widespread
generous giving handsome
generous lavish
generous unselfish
genetic transmissible
genial hospitable kind
gentle kind
gentle mild
gentle soft
gentlemanly refined
genuine sincere
geographic geographical
geometric geometrical
germinal original
ghastly grim gruesome macabre
ghostlike ghostly spectral supernatural
gilded gilt gold golden
gilded grand lush luxurious opulent sumptuous
girlish immature schoolgirlish young
given granted
glad grateful
glad happy willing
glassy glazed shiny
glassy smooth
glazed shiny
gleeful joyous jubilant
global international world worldwide
glorious illustrious
glorious incandescent
glorious inspired
glorious storied
glorious sublime
glowering glum morose sullen
godforsaken inhospitable waste
godless impious
gold golden metal metallic
golden happy prosperous
good saving
good solid
good superb
gossamer thin transparent
graceful lithe sinuous
gracious kind
gracious merciful
graded ranked stratified
gradual sloping
gradual stepwise
graduate high
grammatic grammatical
grand impressive
grandiose impressive
graphic graphical written
grasping greedy
grateful pleasant
gratified pleased
grating rasping
gratuitous needless unnecessary unneeded
grave grievous important
grave sedate serious sober solemn
gray grey
gray grey old
gray grey southern
great important
greatest sterling superior superlative
green immature
gregarious social
grievous sorrowful
grim implacable inexorable relentless stern
grim sarcastic
groomed plastered
groomed pomaded
gross overall
grotesque monstrous ugly
groundbreaking innovative original
groundless idle unwarranted
gruff hoarse husky
guiding leading
guilty punishable
gullible naive
habitable livable
hairy pubescent
hairy wiry
hairy woolly
half incomplete
halfway intermediate
handless maladroit
handmade handwoven
handmade overhand
handwritten written
handy useful
hapless miserable pathetic piteous pitiable pitiful poor unfortunate
hard hardened
hard horny
hard rocklike
hardened sunbaked treated
hardened treated
hardy robust
hardy robust stout sturdy
harmful ill
harmful mischievous
harmful subtle
harmless innocent
harmonious symphonic
harsh unpleasant
hasty headlong hurried
hasty hurried precipitate
haunted inhabited
haunted troubled
haunting moving
haunting persistent unforgettable
headed oriented
headless stupid unintelligent
healing healthful remedial therapeutic
healthful preventive
healthful salutary
healthy hearty lusty
healthy salubrious wholesome
healthy sound
healthy wholesome
hearty satisfying square wholesome
hearty warm
heated hot
heavy hefty
heavy ponderous
hebephrenic insane
heedless unheeding
hefty sinewy strong
helpful instrumental subservient
helpful laborsaving
helpful stabilizing
helpless hopeless
helpless powerless
here present
hideous horrid outrageous
hideous repulsive ugly
high higher
high lofty soaring
high soaring
high steep
high superior
high upper
high utmost
hilarious humorous screaming
hip informed
historic historical past
historic important
hitless pointless scoreless unsuccessful
hitless unsuccessful
hollow sunken
hollow tubular
homegrown native
homeless unsettled
homely plain
homely unattractive
homeward oriented
homogeneous uniform
homosexual queer
honest sincere
honored reputable
hopeful promising
hopeless impossible
hopeless insoluble
horizontal level
horizontal swimming
horny sexy
hospitable receptive
hospitable welcoming
hostile irreconcilable
hostile opponent opposing
hot overheated
hot scorching
hot sensual sultry
hot sizzling
hot sultry
hot sweltering
hot thermal
hot violent
hot warming
humane humanist humanistic
humane humanitarian
humanist humanistic
humble inferior lowly
humble lowly menial
humble meek mild
humorous jocose jocular
humorous killing
humorous ludicrous ridiculous
humorous slapstick
humorous tragicomic
humorous witty
hungry starved
hungry thirsty
hurried rush
hurt injured wounded
hyperbolic increased inflated
hyperfine thin
hypothetical theoretical
hysterical neurotic
ideal perfect
idealized perfect
identical same
identical same very
identifiable recognizable
identified known
idiosyncratic individual single
idiotic imbecile retarded
idiotic insane
idle indolent lazy
idle unused
idolized loved
idyllic perfect
idyllic pleasant
ignorant illiterate
ignorant unwitting
ignored neglected unheeded unnoticed
ill nauseated sick sickish
ill rickety sick
ill sick
ill sick stricken
illegal illegitimate illicit outlaw
illegal ineligible
illegal misbranded
illegal punishable
illicit unlawful
illiterate preliterate
illiterate semiliterate
illuminating informative
illusionary unreal
illusory unreal
illustrative informative
imitative mimetic
imitative parrotlike
imitative simulated
immaculate impeccable perfect
immaterial spiritual
immature infantile young
immature junior young
immature little small young
immature newborn young
immature puppyish young
immature tender young
immature vernal young youthful
immature young
immature young youngish
immediate present
immoral libertine riotous
immoral shameful shocking
immoral wrong
immune resistant
impatient restive
imperative peremptory
imperative pressing urgent
imperative shrill
impersonal neutral objective
impervious proof
impervious resistant
impervious soundproof
implicit inherent underlying
implicit silent understood
implicit unsaid unspoken
important large significant
important measurable
important momentous significant
important monumental significant
important notable remarkable significant
important operative significant
important portentous prodigious significant
important serious
important significant
important strategic
impossible inconceivable
impossible inconceivable unimaginable
impossible intolerable unacceptable
impossible out
impossible unachievable
impotent unable
impractical quixotic romantic
impregnable invulnerable
impregnable unconquerable
impressive sensational stunning
impressive signal
impressive thundering
improbable incredible marvelous unbelievable
improbable supposed unlikely
improbable unbelievable unconvincing unlikely
impromptu unprepared
improved landscaped
improving rising
improvised makeshift temporary
inactive indolent
inactive latent
inappropriate unfitting
inappropriate wrong
inaudible supersonic ultrasonic
incalculable much untold
incapable unable
incertain uncertain unsure
incident incidental
incident incidental peripheral
incident incidental secondary
inclined leaning tilted tipped
inclined pitched
inclined prepared willing
inclined prone
inclined salient
inclined sidelong
incoming influent
incoming inward
incompetent inept
incompetent unqualified
incomplete neither
incomplete partial
incomplete rudimentary
inconsistent irreconcilable
inconsistent scratchy
incorporate integrated unified united
incorrect wrong
increased multiplied
increased redoubled
increasing raising
incredible unbelievable
incurable unalterable
indebted obligated
indecent indelicate
indecent obscene
indecent suggestive
indecent untoward
indefensible inexcusable unwarranted
indefensible untenable
indefensible vulnerable
indefinable indescribable ineffable inexpressible unspeakable untellable
indefinable indescribable inexpressible
indefinable undefined vague
indefinite nebulous unfixed
indefinite uncertain
independent individual
independent main
independent unconditional
indifferent unconcerned
indirect meandering wandering winding
indirect mediate
indirect sidelong squint
indiscriminate sweeping
indispensable vital
indistinct veiled
individual individualist single
individual respective several single various
individual single
individual single singular
individualized personal personalized
indoor interior
indulgent luxurious voluptuous
ineffable sacred unspeakable
ineligible undesirable
inept maladroit
inert neutral
inert sluggish torpid
inescapable inevitable unavoidable
inevitable necessary
inevitable predictable
inexhaustible infinite unlimited
inexhaustible renewable
inexperienced new
inexperienced uninitiate uninitiated
inexperienced untested untried
inexplicable paradoxical
inexplicable unaccountable unexplainable
inexplicable unexplained
infallible unerring
infamous notorious
infectious infective septic
infective pathogenic
inferior less
inferior outclassed
inferior scrawny
inferior tawdry
inferior utility
infertile unfertile
inflamed unhealthy
inflammatory provocative
inflammatory unhealthy
inflexible rigid
inflexible sturdy uncompromising
influential potent powerful
informal subliterary
informal unliterary
informal unofficial
informal vulgar
informative instructive
informative instructive interpretative
informative revealing telling telltale
informed knowing knowledgeable
informed knowing wise
informed privy
infrared invisible
infrequent occasional
infrequent rare
inglorious shameful
inglorious unsung
inhabited occupied
inhabited peopled
inhabited populated
inhabited populous
inhabited settled
inherent integral intrinsic
inhibited repressed
inhibited smothered strangled
inhibitory repressive restrictive
inhuman inhumane
inhumane pitiless unkind
injured lacerate mangled torn
injured raw
inner interior inward
inner intrinsic
innocent unimpeachable
inorganic mineral
inquiring inquisitive
inquiring investigative
inquiring searching
insane lunatic
insane maniac maniacal
insane maniclike
insane paranoid
insane psychopathic
insane psychotic
insane schizophrenic
inscribed written
insecure precarious shaky unsafe
insecure unsafe
insensitive numb
insensitive unaffected
inside interior
insightful perceptive
insignificant meaningless
insignificant minor peanut
insignificant superficial trivial unimportant
insignificant unimportant
inspirational sacred
instant present
insubstantial shadowy wraithlike
insuperable insurmountable unconquerable
intact inviolate
integrated introjected
integrated mixed
intellectual mental rational
intellectual reflective
intellectual sophisticated
intelligent levelheaded reasonable sensible sound
intelligent searching
intelligent sophisticated
intelligible understandable
intense intensive
intense main
intense profound
intense pure saturated
intense screaming
intense severe terrible wicked
intense strong
intense terrific
intense unabated
intense violent
interactive mutual reciprocal
interactive synergistic
interfaith religious
interim temporary
intermediate junior
intermediate mediate middle
intermediate medium moderate
intermediate sophomore
intermeshed tangled
intermittent sporadic
internal intrinsic
interpersonal social
interpreted taken understood
interrelated reticulate
intimate personal private
intractable stubborn
intractable uncontrollable
introductory opening
introductory preceding
intuitive spontaneous
intuitive visceral
invalid null void
invaluable priceless valuable
invariable invariant
invariable strict
inverse reciprocal
inverted turned
invincible unconquerable
inviolate sacred
invisible ultraviolet
invisible unseen
inviting tantalizing
involuntary unconscious
involuntary unwilling
invulnerable tight
iron robust
ironic ironical
ironlike strong
ironshod shod
irrational superstitious
irregular occasional
irregular sporadic unpredictable
irregular unconventional unlawful
irrelevant tangential
irrelevant unsuitable
irresistible overwhelming
irresponsible unaccountable
irreversible permanent
irritable sensitive
irritating uncomfortable
isolated separate
isolated sporadic stray
iterative repetitive
jaded satiate
jaded tired wearied
jagged uneven
jazzy rhythmic rhythmical
jet sooty
jetting running
joined married united
joint multilateral
joint shared
judicial legal
juicy luscious lush sexy voluptuous
juicy profitable
jumpy rocky
junior lowly petty secondary
junior younger
just rightful
jutting projected relieved sticking
kind tolerant
kindled lighted lit
kindred related
kinetic moving
kittenish playful
knightly medieval past
known legendary
known proverbial
kosher proper
labeled tagged
lacy netlike reticulate
ladylike refined
laggard slow
lanky lean thin
lanky rangy tall
lapsed nonchurchgoing
lashing violent
last past
last senior
last ultimate
lasting permanent
lasting permanent standing
lasting persistent
late past recent
late posthumous
latent possible potential
later posterior subsequent
lavender lilac
lavish plush
lawless outlaw unlawful
lawless unlawful
lax limp
lax negligent slack
lax sagging
lax slack
lax tensionless
lay profane
lazy slow
leaded spaced
leaden weighted
leading major star
leading major star stellar
leading preeminent superior
lean scarecrowish thin
lean shriveled thin withered
lean slender slight slim thin
lean spare thin trim
lean stringy thin wiry
lean thin
leering malicious
leering sexy
left near
left port
left remaining
legal statutory
legal valid
leggy tall
legion many numerous
legitimate logical valid
legitimate rightful
lesser little small
level steady unwavering
lewd sexy
liable susceptible
liberal neoliberal
liberal progressive
liberal socialized
liberal tolerant
lifelike pictorial realistic vivid
lifelong long
lifted raised upraised
light lightweight
light pale
light pastel
light powdery
lighted lit
lightweight unimportant
like same
like similar
likely potential prospective
likely probable
likely promising
limited narrow
limited restricted
limited small
limiting restrictive
limitless unlimited
limitless unlimited untrammeled
limp weak
lined rough
lingual linguistic
liquid swimming
liquid watery
literary literate
little miniature small
little minute small
little puny small
little slight
little slim small
little small
little small smaller
little small smallish
little small teensy wee
lively racy spirited
living realistic
loaded prejudiced
loathsome vile
local topical
located placed set settled situated
lone lonely solitary
lone only single sole
long longstanding
long overnight
long perennial
long stretch
long tall
longhand written
looking sounding superficial
loose shifting
lost misplaced
lost missing
lost stray
lost wasted
loud shattering
loud yelled
loving smitten
low reduced
low soft
low squat
low under
lowest worst
loyal nationalistic patriotic
lucid sane
lugubrious sorrowful
lukewarm tepid unenthusiastic
lukewarm tepid warm
lumpish stupid unthinking
lurid sensational shocking
lurid violent
lusty passionate
lyrical melodic melodious
made successful
maimed unfit
maintained preserved
maintained preserved retained
majestic noble purple regal
majestic superior
male masculine virile
male staminate
malicious spiteful vindictive
mandatory required
manifold multiple
mantic prophetic
many some
marginal peripheral
marine nautical
marital married
marked noticeable pronounced
marked scarred
marketable salable
married wed
martial military
martial military warlike
marvelous miraculous supernatural
masculine stressed
massive solid
matched paired
material physical
material worldly
maternal parental
mathematical numerical
matted tangled
mature nubile
maximal maximum
meaning meaningful pregnant
meaningful meaty substantive
meaningful purposeful
meaningless mindless
meaningless nonsense
mechanic mechanical
mechanical mechanistic
mechanical mechanized
mechanized mobile
median normal
meek submissive
melancholy sad
melancholy somber
melodic melodious
melodic melodious singing
melodic melodious sweet
melodious tuneful
melodramatic theatrical
melting unfrozen
memorable unforgettable
mental moral
mental psychical
mental psychological
mercenary paid
mercenary worldly
merciless mortal
merciless pitiless remorseless ruthless
mere plain simple
mere specified
meritorious worthy
metal metallic
metal metallic silver
metaphysical supernatural
metaphysical theoretical
methodical organized
metric rhythmic rhythmical
microscopic precise
microscopic visible
midwestern western
mighty powerful
mild moderate
militant warlike
mincing refined
minded oriented
minimal minimum
minimal minimum negligible
minimal minimum nominal token tokenish
minimized reduced
mint perfect
miscellaneous varied
miserable suffering unhappy wretched
misguided mistaken wrong
misrelated unrelated
misty wet
misused used
mobile moving
mobile perambulating
mobile rangy
mobile transplantable
mobile unsettled wandering
mocking playful teasing
modal normal
model worthy
modeled sculptural sculptured shapely
moderate modest
moderate restrained
modern neo
modern ultramodern
modest unpretentious
modified qualified
modified restricted
modular standard
monaural monophonic
moneymaking profitable remunerative
monkish strict
monotone monotonous
monthly periodic periodical
moral moralistic
moral righteous
motionless static still
mountainous upland
mournful sorrowful
mousy timid
moving oncoming
moving poignant touching
moving restless
moving stirring
moving writhing
much some
much such
muddy sloppy wet
multilateral triangular
multiple tenfold
multiple treble triple
mum silent
mundane worldly
murky shaded
murmuring soft
muscular powerful
musical philharmonic
mustached unshaved unshaven
mute unspoken
muted soft subdued
mutual reciprocal
mystic mystical
nagging shrewish
naked unassisted
naked unprotected
narrow narrowed
narrow narrowing
narrow opinionated
narrow petty
narrow slender thin
narrow strait
nasal pinched
national nationalistic
naturalized planted
nearsighted shortsighted
neat orderly
necessary needed required
negative perverse
negligible worthless
nerveless powerless
nervous tense
neurotic nymphomaniac
neurotic pathological
new newborn
new novel original
new novel refreshing
new radical revolutionary
new recent
new untested untried
new unused
new virgin
nibbed pointed
nice pleasant
nice precise skillful
noble royal
noble titled
nociceptive sensitive
noisy thundering
noisy whirring
nonconformist unorthodox
nondescript ordinary
nonexistent vanished
normal typical
north northeast
north northerly northern
north northward
north northwest
numerical quantitative
numinous sacred
nutrient nutritive wholesome
objectionable obnoxious
objectionable unacceptable
obligated obliged
obligated supposed
oblivious unaware
obscure unclear vague
observant perceptive
occasional unpredictable
occidental western
ocular optical
ocular optical visual
ocular visible visual
odd uneven
odd unusual
off unsatisfactory
offbeat unconventional
old patched
old secondhand used
old senile
old venerable
old yellow
omniscient wise
one same
one united
onshore terrestrial
open opened
open unfastened
open yawning
opened wide
opened yawning
opening starting
openmouthed surprised
operating operative
operational serviceable usable useable
opposite other
opposite paired
optimistic positive
optimistic rosy
optimistic sanguineous
oral spoken unwritten
organic structured
organized union
original primary
orthodox traditional
ostentatious showy
other otherwise
other past
outcast unwanted
outer outward
outer satellite
outgoing outward
outgoing past preceding
outrageous steep
outright unlimited unqualified
outstanding owing unpaid
outstanding superior
oval rounded
overgrown wooded
overlooked unnoticed
overprotective protective
overt undisguised
overt visible
overturned turned
own personal
pacific peaceable peaceful
padded soft
paid paying remunerative
paid professional
painful poignant
painful sore tender
painful sore unpleasant
painful wrenching
painted stained
painted whitewashed
pale pallid
pale pallid wan weak
pallid wan
palpable perceptible
papery thin
parallel synchronous
parochial provincial
particular peculiar special specific
particular specific
pass passing
passing satisfactory
passionate wild
passive peaceful
passive supine
past prehistoric
past then
pastelike pasty
pat plausible slick
patented proprietary
pathetic ridiculous silly
pathologic pathological
patient unhurried
peaceable peaceful
peaked pointed
peculiar unusual
pensive sad
perceptible recognizable
perceptible sensible
perceptive subtle
perceptive understanding
periodic periodical
periodic periodical weekly
periodic sporadic
perplexed puzzled
perplexed questioning
perplexed stuck
personal personalized
personal private
personal subjective
persuasive telling
pert spirited
pertinent relevant
petty trivial unimportant
phantom unreal
philosophic philosophical
phonetic phonic
physical physiological
pictured represented
pictured unreal
pigheaded stubborn
pinched poor
plain tailored
plain vanilla
planetary terrestrial
planned predetermined
plastic pliant
pleasant pleasing
pleased proud
plumb vertical
pointed sharp
pointless senseless wasted worthless
polished processed
polished refined sophisticated
polished shining shiny
politic sagacious
polytonal tonal
pompous portentous
potent powerful strong
powdered powdery pulverized
powerful ruling
powerful strong
practicable practical
practical pragmatic
practical pragmatic realistic
practical realistic virtual
practical serviceable
practical unimaginative
practical working
precarious uneasy unstable
precedent preceding
preceding preparative preparatory
preceding previous
precious valuable
precious valued worthy
precise very
precooked prepared
predictive prophetic
predisposed susceptible
prejudiced racist
prejudiced sexist
prejudiced subjective
premium superior
premonitory prophetic
preoccupied thoughtful
prepared processed
prepared spread
prescribed regular
present ubiquitous
presentable respectable
preserved protected saved
pretend unreal
private privy secluded
private secluded
privileged sweetheart
processed refined
productive successful
profane unholy
proficient technical
profound thoughtful
prompt ready
prone prostrate
propagandist propagandistic
proper real
proper specific
proper straitlaced victorian
proportional proportionate
proportional proportionate relative
prosperous rich
prosperous roaring successful thriving
protected shielded
protected snug
protecting protective
protective restrictive
protective tender
proud swelled
proud vain
proved proven
proved proven tested tried
proved proven verified
provincial rustic
provocative provoking
provocative rousing
provocative sexy
prurient salacious sexy
public semipublic
public unrestricted
publicized published
puny weak
pure sheer
purple violet
pussy septic
quack unqualified
quaint strange unusual
quantitative valued
quasi similar
questioning skeptical
quiescent quiet
quiet silent still
quiet tiptoe
quiet unpretentious
quilted thick
racial racist
racy robust
racy sexy
radiate symmetric symmetrical
radical ultra
ragged tired
ragged uneven
ragged worn
rare scarce
rare uncommon
ratable taxable
rational reasonable sane
rational reasoning thinking
ready ripe
ready waiting
ready willing
real serious
realistic veridical
reasonable sensible
reasonable sensible tenable
reclaimed saved
recorded registered
recorded taped
redoubtable reputable
reduced shriveled
reduced slashed
reeking watery wet
refined suave
reflecting reflective
reflective specular
regional territorial
regular standard
regular stock
regular timed
regular typical veritable
regulation standard
regulatory restrictive
religious sacred spiritual
reluctant unwilling
remorseful repentant
remote unlikely
rending ripping splitting
representative typical
reputable respectable
reputable respected
resolute resolved
resolute stout
resolute undaunted
resolved solved
resonant resounding
responsible trustworthy
responsive sensitive
restless uneasy
restrained subdued
reusable useful
revealing scanty
revealing suggestive
reverend sacred sublime
reversed turned
rhythmic rhythmical
rhythmic rhythmical swingy
rhythmic rhythmical throbbing
rich valuable
rickety shaky unstable wobbly
right starboard
righteous upright
risky speculative
roast roasted
robust strong
robust vigorous
rocky rough
rocky unstable
rolled rolling
rotated turned
rotten stale
rough rugged
rough scratchy
rough shaggy
rough textured
rough tweedy
rousing stimulating stirring
rudimentary undeveloped
rugged rutted
rugged sturdy
ruined undone unsuccessful
ruled subordinate
rural rustic
rust rusty
rusted rusty
rustling soft
sacred sanctified
sacred taboo
sacred worthy
sad sorrowful
sad tragic
sad tragicomic
safe unhurt
sagacious wise
sage wise
saline salty
sallow sickly unhealthy
salty stimulating
salubrious wholesome
sarcastic sardonic
sarcastic satiric satirical
savage wild
saving thrifty
scholarly studious
scientific technological
screaming sensational
screechy squeaky
scrub unimproved
seamless smooth unlined
seated sitting
secondary secondhand
secondary standby
secondary substitute utility
secondary vicarious
secure steady
secure unafraid
seductive teasing
segregated separate
seismic unstable
select superior
semiprecious valuable
sensational sensory
senseless unconscious
sensible sensitive
sentimental tender
separate unaccompanied
serious sobering
serious thoughtful
serviceable useful
several some
severe strong
sexual sexy
shabby worn
shaded shadowed shadowy
shaky shivering trembling
shallow superficial
shallow wakeful
shapely stacked voluptuous
sharing unselfish
shaved shaven
shifting variable
shining superior
shipshape trim
shod slippered
short shortened
short snub
short truncate
showy theatrical
shy wary
side sidelong
silver silvery
simple simplex
simple simplistic
sinewy stringy
sinful ungodly wicked
sinful unholy
sinful unholy wicked
single unique
size sized
sized sorted
skinny tight
slack standing
slender thin
slick slippery
slick superficial
sliding slippery
slippery slipping
slivery splintery
sloppy wet
slow sluggish sulky
smooth undulate
smooth velvet velvety
snappy spirited whipping
snug tight
social societal
socialist socialistic
sodden wet
soft softening
soft spongy
soft velvet velvety
soft woolly
soft yielding
solo unaccompanied
sophisticated worldly
soprano treble
sorrowful wailful wailing
sorrowful weeping
sorrowful woeful
sorry worthless
sought wanted
sound stable
sour tart
south southbound southward
south southeast
south southeast southeastern
south southern
south southwest
spare unoccupied
spasmodic sporadic
speaking tongued
specific specified
specific unique
speculative theoretical
spineless weak
spiral turbinate
spirited sprightly
spirited vibrant vivacious
spoiled stale
spontaneous unwritten
sprawling straggling
square squared
square transparent
stabilized stable
stable steady
stagnant standing
standard standardized
standard stock
stark unconditional
startled surprised
startling surprising
starved starving
stately tall
static unchangeable
statute written
steadied steady
steaming wet
stereo stereophonic
stereotyped unimaginative
sticky wet
stiff strong
stimulant stimulating
stimulating thrilling
stoic stoical
stormy surging
stormy windy
strained tense
stranded unaccompanied
strange unfamiliar
strange unusual
strange unusual weird
stringy thick
strong vehement
strong virile
struggling troubled
stunned unconscious
stunning surprising
sturdy uncompromising
subconscious unconscious
subdued tame
subhuman unfit
subject subordinate
submarine subsurface undersea
submissive subservient
subordinate subservient
subordinate under
subsidized supported
subsurface underwater
successful winning
suffering troubled
sunburnt unhealthy
superior supreme
superior upper
supernatant supported
supernatural talismanic
supernatural transcendental
supernatural uncanny weird
supported suspended
supportive verifying
supreme ultimate
surly ugly
susceptible vulnerable
suspicious wary
swaybacked unfit
sweet syrupy
symmetric symmetrical
symmetric symmetrical trigonal
syrupy thick
tactile tactual
tactile tactual tangible
talkative talky
tangled thrown
tart unpleasant
tasteful unpretentious
tattered worn
taut tense
taut tense tight
technical technological
tedious verbose
temporal temporary
temporary working
tense wired
terrific terrifying
thick thickened
thoriated tittering
thoughtless unreflective unthinking
thoughtless unthinking
threadbare worn
threatened vulnerable
thyroid thyroidal
tied united
tight viselike
timbered wooded
tipsy unstable
tired weary
tonal toned
top upper
top uppermost
tormented troubled
totalistic totalitarian
tottering unstable
traitorous unfaithful
treacherous unfaithful
true truthful
trusted trustworthy
ugly unlovely unpicturesque
ulcerated unhealthy
unacceptable unsatisfactory
unaffected unimpressed
unaffected unmoved
unaffected untouched
unalterable unchangeable
unanswered unrequited
unauthorized unofficial wildcat
unavailable unobtainable unprocurable
unaware unconscious
unbroken uninterrupted
unbroken unplowed
unbroken wild
unbuttoned unfastened
uncaused unintended
uncertain unsure
unchanged unmoved
unclaimed unwanted
uncomfortable wretched
uncommon unusual
unconcerned uninvolved
unconventional unorthodox
undesirable unwanted
undone unfastened
undue unwarranted
uneasy worried
uneconomical wasteful
uneven untrue
uneven wavy
unexpected unforeseen unseen
unexpected upset
unexplored unknown
unfair unjust
unfaithful untrue
unfastened unlocked
unfit unhealthy
unfit unsuitable
unfortunate unpromising
ungrateful unpleasant
unhappy unpleasant
unhealthy wheezing
unhurt unscathed whole
uniform unvarying
unimposing unimpressive
unintended unwitting
uninvited unwanted
uninvited unwelcome
unique unparalleled
unmarried unwed
unmarried widowed
unmated unpaired
unmeritorious unworthy
unnatural violent
unnecessary unneeded
unnoticed unseen
unpaid voluntary volunteer
unprotected unshielded
unsafe vulnerable
unsettled vagabond
unsettled variable
unshaved unshaven
unsloped upright vertical
unstressed weak
unsuccessful winless
unwanted unwelcome
urban urbanized
usable useable useful
useful utilitarian
valid validated
valuable worth
valuable worthy
valueless worthless
variable variant
variable varied varying
varied variegated
villainous wicked
voluntary willful
voluntary willing
vulnerable weak
warm warmed
warm warming
washed wet
watery wet
waxen waxlike
weak weakened
west westerly
west westerly westward
west western
worthwhile worthy
r
ably competently
aboard alongside
about approximately roughly some
about around
above supra
abroad overseas
abruptly dead short suddenly
absently absentmindedly
absolutely dead perfectly utterly
accidentally incidentally
accidentally unexpectedly
accordingly consequently
actually really
acutely keenly
acutely sharp sharply
admirably commendable
admittedly true
advisedly deliberately intentionally purposely
affectionately dear dearly
after afterward afterwards later subsequently
agilely nimbly
agreeably pleasantly
ahead before
ahead forward
ahorseback horseback
alfresco outdoors outside
alike likewise
all altogether completely entirely totally whole wholly
almost most near nearly virtually
alone entirely exclusively only solely
alone solo unaccompanied
aloud loud loudly
alright fine
alright okay
also besides likewise too
alternatively instead
always constantly forever
always constantly invariably
always ever
amiss awry
amiss imperfectly
amply fully
amply richly
anxiously uneasily
anyhow anyway
anyhow anyway anyways
apart aside
apiece each
apparently evidently manifestly obviously plain plainly
apparently ostensibly seemingly
appropriately properly suitably
arbitrarily haphazardly randomly
aside away
astonishingly surprisingly
astray wide
atrociously awfully terribly
automatically mechanically
away forth off
away out
awful awfully terribly
awfully dreadfully horribly
back backward backwards rearward
backward backwards
badly gravely seriously severely
badly ill poorly
bang bolt slap smack
barely hardly scarce scarcely
basically essentially fundamentally
before earlier
behind slow
believably probably
below beneath
below downstairs
best better
big boastfully large
bitter bitterly
blithely gayly happily jubilantly merrily
bloody damn
bolt rigidly stiffly
bright brightly brilliantly
broadly generally loosely
but just merely only simply
candidly frankly honestly
carefully cautiously
carelessly rakishly
cautiously conservatively
certainly sure surely
chiefly mainly primarily principally
clean fair fairly
clean plum plumb
clearly distinctly
close closely tight
close near
closely intimately nearly
closer nearer
closest nearest
collectively jointly
commonly normally ordinarily usually
comparatively relatively
consequently therefore
considerably substantially
consistently systematically
conspicuously prominently
contemptuously scornfully
continuously endlessly unceasingly
course naturally
crazily insanely madly
curiously oddly peculiarly
currently presently
curtly shortly
dangerously perilously
deadly insanely madly
dear dearly
deathly exceedingly extremely super
decent decently properly
decidedly definitely emphatically unquestionably
decisively resolutely
deep deeply
deep late
deeply intensely profoundly
delicately fine finely
deplorably sadly woefully
desperately urgently
determinedly unfalteringly
differently otherwise
direct directly straight
directly forthwith immediately instantly straightaway
dismally dreadfully
dismally drearily
disregardless irrespective regardless
doggedly tenaciously
double doubly twice
doubtless undoubtedly
dourly sullenly
down downward
earlier originally
earlier sooner
earnestly seriously
easily easy
easily well
easy slow slowly
easy soft
endlessly infinitely
enormously staggeringly tremendously
enough plenty
erratically unpredictably
especially particularly peculiarly specially
especially specially
eternally everlastingly forever
even still yet
eventually finally
exactly just precisely properly
exactly precisely
excellently magnificently splendidly
exhaustively thoroughly
extravagantly lavishly
extravagantly lavishly richly
extravagantly profusely
extremely highly
fair fairly
fairly jolly moderately pretty reasonably somewhat
faithfully reliably
farther further
fast tight
faster quicker
ferociously fiercely
finally last lastly
finally ultimately
firm firmly steadfastly
firmly hard
firmly securely
first foremost
flat straight
flop right
fondly lovingly
formally officially
formerly once
forte loudly
forth forward
forthright squarely
fortunately luckily
frantically madly
free loose
frequently often oftentimes
fresh freshly new newly
freshly impudently
full fully
furthermore moreover
generally mostly
generously liberally
gently lightly softly
gently mildly
genuinely really truly
goddam goddamn goddamned
good thoroughly
good well
gracefully graciously
gravely soberly
halfway midway
hastily hurriedly
heartily warmly
hence thence therefore thus
here hither
hereafter hereinafter
heretofore hitherto yet
high luxuriously richly
however nevertheless nonetheless still withal
humbly meekly
idly lazily
immensely vastly
importantly significantly
impromptu spontaneously
inadvertently unwittingly
increasingly progressively
individually separately singly
indoors inside
inescapably inevitably unavoidably
inevitably necessarily needs
inside inwardly
inside within
instantly outright
instead rather
irritably petulantly testily
justly rightly
kinda rather
largely mostly
lately recently
light lightly
likely probably
likewise similarly
lingually linguistically
lots much
magnificently splendidly
marvelously superbly wonderfully wondrous wondrously
maybe perchance perhaps possibly
mighty powerful
mutely silently wordlessly
north northerly northward
notably remarkably unusually
now today
obstinately stubbornly
overly too
painfully sorely
part partially partly
particularly peculiarly
plum plumb
powerfully strongly
preferably rather sooner
presently shortly soon
promptly quick quickly
promptly readily
purely strictly
purportedly supposedly
quickly rapidly speedily
quiet quietly
quietly softly
rarely seldom
rattling real very
reasonably sensibly
religiously scrupulously
remarkably unmistakably
rightfully truly
rigorously strictly
rough roughly
second secondly
severely sternly
shyly timidly
sincerely truly
slightly somewhat
someplace somewhere
square squarely
steadily steady
stiff stiffly
sweet sweetly
thence therefrom
thence therefrom thereof
thenceforth thereafter
there thither
thick thickly
thin thinly
tiredly wearily
transversally transversely
unambiguously unequivocally
unambiguously uniquely
uncertainly unsteadily
unequally unevenly
unfortunately unluckily
unimpeachably unquestionably
upward upwards
warm warmly
westward westwards
wrong wrongly
`;

export const SYNONYM_NOTICE = `
WordNet Release 3.0

This software and database is being provided to you, the LICENSEE, by
Princeton University under the following license.  By obtaining, using
and/or copying this software and database, you agree that you have
read, understood, and will comply with these terms and conditions.:

Permission to use, copy, modify and distribute this software and
database and its documentation for any purpose and without fee or
royalty is hereby granted, provided that you agree to comply with
the following copyright notice and statements, including the disclaimer,
and that the same appear on ALL copies of the software, database and
documentation, including modifications that you make for internal
use or for distribution.

WordNet 3.0 Copyright 2006 by Princeton University.  All rights reserved.

THIS SOFTWARE AND DATABASE IS PROVIDED "AS IS" AND PRINCETON
UNIVERSITY MAKES NO REPRESENTATIONS OR WARRANTIES, EXPRESS OR
IMPLIED.  BY WAY OF EXAMPLE, BUT NOT LIMITATION, PRINCETON
UNIVERSITY MAKES NO REPRESENTATIONS OR WARRANTIES OF MERCHANT-
ABILITY OR FITNESS FOR ANY PARTICULAR PURPOSE OR THAT THE USE
OF THE LICENSED SOFTWARE, DATABASE OR DOCUMENTATION WILL NOT
INFRINGE ANY THIRD PARTY PATENTS, COPYRIGHTS, TRADEMARKS OR
OTHER RIGHTS.

The name of Princeton University or Princeton may not be used in
advertising or publicity pertaining to distribution of the software
and/or database.  Title to copyright in this software, database and
any associated documentation shall at all times remain with
Princeton University and LICENSEE agrees to preserve same.
`;
