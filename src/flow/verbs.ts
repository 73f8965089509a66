/** What a tool does, by what may go wrong. */
export const ACTS = [
  'read',
  'create',
  'update',
  'book',
  'share',
  'send',
  'destroy',
  'pay',
  'secure',
  'execute',
  'other',
] as const;
export type Act = (typeof ACTS)[number];

const list = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');

/** Words in tools' names that are verbs wherever they stand, and what they do. Of several the riskiest counts. */
export const TOOL_VERBS: Readonly<Record<Exclude<Act, 'other'>, readonly string[]>> = {
  read: list(
    'get list search find fetch read view show lookup retrieve browse describe count summarize summarise compare calculate ' +
      'compute verify validate download analyze analyse detect identify translate convert preview inspect select ' +
      'scan explore recommend suggest predict estimate query is has ask',
  ),
  create: list(
    'create append write save upload insert make put generate draft register store schedule plan add compose import copy clone start',
  ),
  update: list(
    'update edit modify change rename move reschedule replace adjust patch assign extend enable disable toggle set merge ' +
      'complete close reopen approve reject accept decline confirm restore pin star follow like rate turn switch dim',
  ),
  book: list('book reserve rent'),
  share: list('share grant invite collaborate'),
  send: list(
    'send reply respond forward post publish tweet notify announce broadcast submit dm sms message email mail call dial comment push',
  ),
  destroy: list(
    'delete remove cancel destroy drop purge clear erase kick ban unsubscribe revoke dismiss deactivate terminate uninstall ' +
      'trash discard wipe unfollow unfriend block evict reset format truncate shutdown stop kill',
  ),
  pay: list(
    'pay transfer purchase buy checkout donate withdraw deposit refund wire trade sell invest subscribe bid redeem',
  ),
  secure: list('unlock lock authorize authorise login impersonate elevate sudo'),
  execute: list('execute exec run eval deploy compile spawn invoke shell bash sql script'),
};

/** Words that are as often nouns: verbs only in front, or when the name has no other verb. */
export const NOUN_LIKE = new Set(
  list(
    'message email mail call comment post copy plan schedule book trade bid rate like pin star start stop block format ' +
      'reset set put push is has ask run script shell sql tweet sms lock share transfer deposit scan subscribe order close move change turn switch dim note',
  ),
);

/** What a user says when asking for an act; English first, then German, French, Spanish, Italian, Portuguese, Dutch. Stems. */
export const USER_VERBS: Readonly<Record<Exclude<Act, 'read' | 'other'>, readonly string[]>> = {
  create: list(
    'create make add append write save upload insert put generate draft register record store note schedule plan set compose prepare ' +
      'log open new start organise organize arrange enter import copy clone remind block build attach include book ' +
      'erstelle erstellen anlegen lege hinzufügen füge schreibe speichere trage plane crée créer ajoute ajouter écris enregistre planifie ' +
      'crea crear añade agrega escribe guarda programa creare aggiungi scrivi salva pianifica cria criar adicione adiciona escreva salve agende maak toevoegen voeg schrijf',
  ),
  update: list(
    'update edit modify change adjust correct fix move reschedule postpone rename set replace increase decrease extend add append mark assign ' +
      'switch turn convert shift bring push enable disable toggle complete close reopen approve reject accept decline confirm restore pin star follow like rate raise lower reduce ' +
      'turn dim schalte schalt stelle stell mache mach dreh éteins allume règle apaga enciende spegni accendi desliga liga zet doe ' +
      'aktualisiere ändere ändern verschiebe korrigiere passe setze modifie modifier change déplace corrige mets actualiza cambia modifica mueve corrige ' +
      'aggiorna cambia sposta correggi atualize altere mude mova corrija wijzig verplaats pas',
  ),
  book: list(
    'book reserve make reservation rent order get schedule arrange hire buche buchen reserviere miete réserve réserver loue reserva reservar alquila prenota prenotare noleggia ' +
      'reserve alugue boek reserveer huur',
  ),
  share: list(
    'share give grant invite add access collaborate let send provide open teile teilen gib lade einladen partage partager donne invite invita comparte comparta da ' +
      'condividi invita compartilhe convide deel nodig',
  ),
  send: list(
    'send email mail message text write reply respond answer forward tell inform notify let ask contact ping remind invite share post publish ' +
      'tweet announce broadcast submit dm say deliver report call dial phone comment give push pass sende senden schicke schick schreibe antworte leite informiere benachrichtige teile sag poste ' +
      'envoie envoyer écris réponds transmets informe préviens publie envía enviar manda escribe responde reenvía avisa informa publica ' +
      'invia inviare manda scrivi rispondi inoltra informa pubblica envie mande escreva responda encaminhe informe publique stuur verstuur schrijf antwoord meld',
  ),
  destroy: list(
    'delete remove cancel destroy drop purge clear erase kick ban unsubscribe revoke dismiss deactivate terminate uninstall trash discard wipe ' +
      'unfollow unfriend block rid close reset format stop kill shut archive lösche löschen entferne storniere sage supprime supprimer annule enlève efface elimina borra cancela quita ' +
      'elimina cancella rimuovi annulla apague exclua remova cancele verwijder annuleer wis',
  ),
  pay: list(
    'pay transfer purchase buy checkout donate withdraw deposit refund reimburse wire trade sell invest subscribe settle send return give order tip bid redeem repay schedule set ' +
      'zahle zahlen bezahle bezahlen überweise überweisen kaufe erstatte paie payer paye vire rembourse achète paga pagar transfiere compra reembolsa devuelve ' +
      'paga pagare trasferisci compra rimborsa pague transfira compre reembolse betaal overmaak koop',
  ),
  secure: list(
    'password passcode passwort contraseña senha wachtwoord unlock lock grant authorize authorise login log sign change update reset set permission access',
  ),
  execute: list(
    'run execute compute calculate evaluate test deploy compile query select count plot analyze analyse script code programme program sql führe exécute ejecuta esegui execute',
  ),
};

/** Verbs that say by themselves what they act on: `pay Bob`, `email Ann`, `refund it`. */
export const OBJECT_IN_VERB = new Set(
  list(
    'email mail tweet dm text pay refund reimburse wire repay donate purchase buy invite reschedule unsubscribe call dial phone ' +
      'bezahle überweise paie paye vire rembourse paga transfiere reembolsa rimborsa pague transfira betaal',
  ),
);

/** Things that tools are about, and what users call them. Stems; a tool's own nouns always count as well. */
export const OBJECT_WORDS: readonly (readonly string[])[] = [
  list(
    'event calendar meeting appointment call lunch dinner breakfast party class session reunion reminder slot trip visit interview booking check checkup schedule day',
  ),
  list('email mail message inbox note reply summary letter mails newsletter draft thread'),
  list('message dm chat channel text note reply announcement greeting word slack link summary'),
  list(
    'file document doc docx pdf xlsx csv txt spreadsheet sheet list folder drive note notes presentation slide report attachment page plan',
  ),
  list(
    'money payment transaction bill rent invoice transfer fund fee refund share subscription order standing debit amount account difference vat tax price tip salary debt donation purchase dollar euro pound usd eur gbp chf deposit bank',
  ),
  list(
    'user member person people colleague friend customer account contact profile employee participant attendee guest client team',
  ),
  list('participant attendee guest invitee people event meeting'),
  list('profile information info address detail user account phone street city name contact email mail number'),
  list('password passcode pin credential login security token key access'),
  list('hotel room stay accommodation reservation night'),
  list('restaurant table dinner lunch reservation meal'),
  list('car vehicle rental reservation'),
  list('flight ticket plane trip airline reservation'),
  list('webpage page website site url link article blog post web'),
  list('task todo ticket issue item reminder card action'),
  list('order product cart item purchase'),
  list('door lock home light device thermostat guest access'),
  list('light lamp bulb licht lampe lumière luz luce'),
  list('thermostat temperature heating heizung chauffage calefacción riscaldamento verwarming'),
  // The same in German, French, Spanish, Italian, Portuguese, Dutch.
  list(
    'event calendar meeting termin besprechung réunion cita reunión riunione appuntamento reunião afspraak vergadering kalender',
  ),
  list('email mail message nachricht e-mail courriel correo messaggio mensaje mensagem bericht'),
  list('file document doc datei dokument fichier archivo documento arquivo bestand'),
  list(
    'money payment transaction geld betrag rechnung miete facture loyer virement factura alquiler fattura affitto fatura aluguel rekening huur überweisung zahlung paiement pago pagamento',
  ),
  list('hotel room stay zimmer übernachtung nacht unterkunft chambre habitación noche camera notte quarto noite kamer'),
  list('restaurant table dinner tisch mesa tavolo tafel'),
  list('flight plane ticket flug vol vuelo volo voo vlucht'),
  list('task todo ticket aufgabe tâche tarea compito tarefa taak'),
  list('order product cart bestellung warenkorb commande panier pedido carrito ordine carrello encomenda bestelling'),
  list('door lock access tür porte puerta porta deur'),
  list('note notes memo notiz nota notitie'),
];
