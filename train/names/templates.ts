/**
 * Sentences with holes, in our own words. `{P}` a person's full name, `{F}` a first name, `{L}` a surname, `{T}` a title in
 * front of one (no part of the name), `{O}` an organisation, `{C}` a city, `{N}` a country, `{S}` a state or region, `{A}` a
 * postal address in one line, `{AL}` one in several, `{R}` a street with a number; the rest is filled with what is nobody's name:
 * `{#}` a number, `{D}` a date, `{E}` an e-mail address, `{H}` a phone number, `{J}` a job, `{M}` money, `{W}` a capitalised word
 * that names nobody (product, month, language, holiday).
 */
export const ENGLISH: readonly string[] = `
Hi, this is {P} from {O}.
Hello, my name is {P} and I need help with my account.
my name is {P}
My name's {F}, and yours?
I am {P}, a customer since {D}.
I'm {F}.
It's {F} again, I wrote to you on {W}.
Hey {F}, can you look at this?
Dear {P},
Dear {T} {L},
Dear {T} {P},
Hi {F},\\n\\nThanks for your mail. I talked to {F} about it and we agree.\\n\\nBest regards,\\n{P}
Kind regards,\\n{P}\\n{J}\\n{O}
Best,\\n{F}
Thanks!\\n{F} {L}
Yours sincerely,\\n{P}\\n{O}\\n{AL}
{P}\\n{J}, {O}\\n{H}
{P}\\n{AL}
{P}\\n\\n{AL}
{O}\\n{AL}
Ship to:\\n{P}\\n{AL}
Bill to: {P}, {A}
Name: {P}
Name: {P}\\nDate: {D}\\nPhone: {H}
Full name: {P}, Date of birth: {D}, Address: {A}
First name: {F}\\nLast name: {L}
Customer: {P} ({E})
Patient: {P}, born {D}, admitted to {O}.
Patient {P} was seen by {T} {L} on {D}.
Account holder: {P}
Beneficiary {P}, {O}, {C}
Contact person: {P}, {H}
Employer: {O}
Company: {O}
City: {C}
Country: {N}
Location: {C}, {N}
From: {P} <{E}>\\nTo: {P}
From: {P}\\nSent: {D}\\nSubject: Meeting in {C}
Cc: {P}; {P}
Attendees: {P}, {P} and {P}
Author: {P}
Signed by {P}
Written by {P} for {O}
{P} wrote on {D}:
Please transfer {M} to {P}.
Please send {M} to the account of {P} at {O}.
Can you send the card to {A}?
Please change my address to {A}.
My new address is {A}, please update it.
I moved from {A} to {A}.
i live at {A}
We live at {R} in {C}.
The office is at {A}.
Our shop on {R} is open until 8.
Meet me at {R}, it is next to the station.
Take the bus to {R} and ring at {L}.
Deliver the parcel to {R}, {C}.
The house at {R} was sold in {D}.
He parked in front of {R}.
Their address: {A}
Where is {R}?
Send it to {A} before {W}.
A taxi to {R} please.
{F}'s address is {A}
The meeting with {P} takes place at {A} on {D}.
Could you add {P} as a second holder?
I want to add {P} to my policy.
The account is in the name of {P}.
It may be filed under {P}.
My husband {F} and I are looking for a loan.
My wife, {P}, has a card as well.
her maiden name is {L}
His surname is {L}.
they named the baby {F}
You can call me {F}.
Everyone calls him {F}.
Is {F} there?
Can I talk to {F}, please?
May I speak with {T} {L}?
What did {F} say?
Why is {F} so late?
When does {F} arrive?
Tell {F} that the files are ready.
Ask {P} about it.
Call {P} at {H}.
Email {F} at {E}
I met {P} in {C} last summer.
I spoke with {P} yesterday.
{F} and {F} went to {C}.
{F}, {F} and {F} were there.
{F} is a good listener.
{F} was {#} years old when the family moved to {N}.
{F} has {#} apples and gives {#} to {F}. How many are left?
{F} buys {#} tickets for {M} each.
{F} works at {O}.
{F} is from {C}.
{F} comes from {N}.
{P} is from {O}
{P} works for {O} in {C}.
{P} joined {O} as {J} in {D}.
{P}, {J} at {O}, said the results were good.
{P}, the {J} of {O}, said on {W} that nothing had changed.
{T} {L} said the plan would go ahead.
{T} {P} presented the report.
{P} ({D}) was a writer and teacher.
{P} was born in {C}, {N}.
{P} was elected in {D}.
{P} directed the film, which stars {P} and {P}.
The song by {P} reached number {#}.
The book by {P} was published by {O}.
According to {P}, the figures are wrong.
"That is not true," said {P}.
"We will see," {L} said.
{L} declined to comment.
{L} and {L} founded the firm in {D}.
{O} was founded by {P} and {P}.
{O} is the idea of three founders: {L}, {L} and {L}.
The {L} family lives in {C}.
{P}'s new album is out.
{F}'s brother lives in {C}.
{P}'s team won in {C}.
I love {P}!
happy birthday {F}!!!
so proud of {F} today
omg {F} is so funny
just saw {P} at the airport
watching {P} live in {C} tonight
RT @user: {P} is coming to {C}!
@user have you seen {F} today?
Good morning {C}!
{F} you are the best lol
Thank you {F} for everything
miss you {F} xx
Congrats to {P} on the new job at {O}
So {F} says we can go to {C} on {W}
{C} is beautiful in {W}.
{N} was great fun to visit.
The weather in {C} is bad.
I am in {C} for work.
I'm travelling to {C} and {C} next week.
We flew from {C} to {C}.
Flights to {C}, {N} are cheap.
Does my card work in {N}?
Can I use the card in {N} or {N}?
My flight from {C} leaves at {#}.
What is the time in {C}?
what's the weather like in {C}
book a table in {C} for {#}
Which trains go to {C}?
People in {N} speak several languages.
The capital of {N} is {C}.
The princess visited {C} and {N}.
She moved from {N} to {S}.
He grew up in {C}, {S}.
{C}, {S}
{C}, {N}
The mayor of {C} resigned.
Police in {C} arrested two men on {W}.
The {C} office of {O} is closed.
The army of {N} left {C}.
The north of {N} is dry.
{S} is the largest state.
I work at {O}.
I bought it at {O} in {C}.
I have an account with {O}.
My bank is {O}.
We use {O} for payroll.
I ordered from {O} and nothing came.
{O} has raised its prices.
{O} announced a new plant in {N}.
{O} and {O} will merge.
{O} shares fell {#} percent.
{O}, based in {C}, makes engines.
The CEO of {O} is {P}.
A spokesman for {O} said no.
Shares of {O} rose on {W}.
She studied at {O}.
He plays for {O}.
{O} won the match against {O}.
The charge from {O} on my card is wrong.
why did {O} charge me {M}?
Invoice from {O}, {A}
The {O} report was published in {W}.
{F} spent a year at {O} as assistant to {P}, and the next one at {O} in {C}.
{P} of {O} and {P} of {O} signed the contract in {C}.
On {W} {#} we launched the product.
The {W} release is ready.
I need it by {W}.
Do you like {W}?
I am learning {W}.
Write a poem about {W}.
How do I install {W} on my computer?
The {W} update broke everything.
Please reset my password.
My card was declined at the ATM.
What is the limit of my Visa card?
The PIN does not work.
Can you explain the API?
Thank You Very Much
How To Get Started
Terms And Conditions
Section {#}: Payment And Delivery
Table of Contents
Please Read This First
IMPORTANT: READ THIS
PLEASE CALL ME BACK
I HAVE LOST MY CARD
MY NAME IS {P}
LOL that was fun
I think I will go home now.
In the beginning there was nothing.
The User asks, the Assistant answers.
Yes. No. Maybe. Well, I do not know.
Hello World
{P} ({W} {#}, 1916 – {W} {#}, 1972) was an actor.
{P} (born {W} {#}, 1809) is a poet.
Copyright (c) 2013-2016 {P}
Copyright (c) 2019 {O}
The town has 12,{#} inhabitants and 4,{#} households.
About {#} hospitals in {N} took part.
It happened on {W} {#}, 1994 in {C}.
{#} Rate Limit
{#} Internal Server Error
Python 3.{#} and Node {#} are supported.
Top {#} players of {D}
Chapter {#} Summary
Game {#} Score: {#} - {#}
He scored {#} goals for {O} in 1998.
In 1843 {P} wrote it.
The 1843 novel by {P} is long.
Room {#} at {#} pm
{#} Overs, {#} Runs
iPhone {#} Pro Max for {M}
Windows {#} and Office {#}
To Whom It May Concern
Order {#} was sent on {D}.
Step {#}: Open the Settings menu and choose Security.
Monday to Friday from {#} to {#}.
`.trim().split('\n').map((line) => line.replaceAll('\\n', '\n')); // prettier-ignore

/** Other languages, with the faker locales whose names fill them. */
export const OTHERS: readonly { readonly locales: readonly string[]; readonly lines: readonly string[] }[] = [
  {
    locales: ['de', 'de_AT', 'de_CH'],
    lines: `
Mein Name ist {P}.
Ich heiße {P} und wohne in {C}.
Sehr geehrter Herr {L},
Sehr geehrte Frau {L},
Hallo {F}, wie geht es dir?
Mit freundlichen Grüßen\\n{P}\\n{O}
Meine Adresse lautet {A}.
Bitte senden Sie die Karte an {A}.
Wir wohnen in der {R}.
{P} arbeitet bei {O} in {C}.
{P} wurde in {C} geboren.
Frau {L} hat heute angerufen.
Bitte überweisen Sie {M} an {P}.
Ich fahre nach {C} und dann nach {N}.
Ich habe ein Konto bei der {O}.
Die {O} hat den Vertrag gekündigt.
Kunde: {P}, {AL}
Das Wetter in {C} ist schön.
Die Rechnung kam am Montag mit der Post.
Der Antrag liegt bei der Behörde.
Können Sie mir bitte helfen, mein Passwort zu ändern?`,
  },
  {
    locales: ['fr', 'fr_BE', 'fr_CH', 'fr_CA'],
    lines: `
Je m'appelle {P}.
Bonjour, je suis {P} de {O}.
Cher {F}, merci pour ton message.
Madame {L} a appelé hier.
Monsieur {P} habite à {C}.
Mon adresse est {A}.
Envoyez la carte au {A}.
{P} travaille chez {O} à {C}.
{P} est né à {C}.
J'ai un compte chez {O}.
Je pars à {C} puis en {N}.
Cordialement,\\n{P}\\n{O}
Il fait beau à {C}.
Nom : {P}
Le rapport sera publié en mars.
Pouvez-vous m'aider à changer mon mot de passe ?`,
  },
  {
    locales: ['es', 'es_MX'],
    lines: `
Me llamo {P}.
Mi nombre es {P} y vivo en {C}.
Hola {F}, ¿cómo estás?
Estimado señor {L}:
La señora {P} llamó ayer.
Mi dirección es {A}.
Envíen la tarjeta a {A}.
{P} trabaja en {O}.
{P} nació en {C}.
Tengo una cuenta en {O}.
Viajo a {C} y después a {N}.
Saludos,\\n{P}
Hace calor en {C}.
Nombre: {P}
No puedo entrar en mi cuenta.`,
  },
  {
    locales: ['it'],
    lines: `
Mi chiamo {P}.
Buongiorno, sono {P} di {O}.
Gentile signor {L},
Il mio indirizzo è {A}.
{P} lavora per {O} a {C}.
{P} è nata a {C}.
Ho un conto presso {O}.
Vado a {C} e poi in {N}.
Cordiali saluti,\\n{P}
Ciao {F}, come va?
Non riesco ad accedere al mio conto.`,
  },
  {
    locales: ['nl', 'nl_BE'],
    lines: `
Mijn naam is {P}.
Ik ben {P} en ik woon in {C}.
Beste {F}, bedankt voor je bericht.
Geachte heer {L},
Mijn adres is {A}.
Stuur de pas naar {A}.
{P} werkt bij {O} in {C}.
Ik heb een rekening bij {O}.
Met vriendelijke groet,\\n{P}
Het weer in {C} is mooi.
Kunt u mij helpen met mijn wachtwoord?`,
  },
  {
    locales: ['pt_BR', 'pt_PT'],
    lines: `
Meu nome é {P}.
Olá {F}, tudo bem?
Prezado senhor {L},
O meu endereço é {A}.
{P} trabalha na {O} em {C}.
{P} nasceu em {C}.
Tenho uma conta no {O}.
Vou a {C} e depois a {N}.
Atenciosamente,\\n{P}
Não consigo entrar na minha conta.`,
  },
  {
    locales: ['pl', 'cs_CZ', 'sk', 'hr', 'sl_SI', 'sr_RS_latin', 'hu', 'ro'],
    lines: `
{P}
{P}, {C}
{P}\\n{AL}
{P} ({O})
Pan {P} jest z {C}.
Nazywam się {P}.
Jmenuji se {P}.
{A}`,
  },
  {
    locales: ['sv', 'da', 'nb_NO', 'fi'],
    lines: `
Jag heter {P}.
Mit navn er {P}.
Hej {F}, tack för ditt mejl.
{P} bor i {C}.
{P}\\n{AL}
Min adress är {A}.
Minun nimeni on {P}.
{P} arbetar på {O}.`,
  },
  {
    locales: ['ru', 'uk'],
    lines: `
Меня зовут {P}.
{P} живёт в городе {C}.
Уважаемый {F}, спасибо за письмо.
Адрес: {A}
{P} работает в {O}.
Имя: {P}
Я не могу войти в свой счёт.`,
  },
]
  .map(({ locales, lines }) => ({
    locales,
    lines: lines.trim().split('\n').map((line) => line.replaceAll('\\n', '\n')),
  })); // prettier-ignore
