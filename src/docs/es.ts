/**
 * The Spanish of the OpenAPI document, by its English: what stands in an operation (`summary`, `description`) and in
 * src/docs/glossary.ts. A test (test/docs/spanish.test.ts) says what is missing here, and what nothing in the document
 * says any more. Written as in the console: impersonal, or "usted". Not part of the Worker.
 */
export const SPANISH: Readonly<Record<string, string>> = {
  // --- The document and its topics
  'Who is active now, who was active when, and what did they do.':
    'Quién está activo ahora, quién lo estuvo y cuándo, y qué hizo.',
  'Every operation says in its tags whom it is for. `x-destructive` marks what deletes or cannot be undone. Unknown query parameters are refused with 400, but where the clients of a source send extra ones. Bodies are taken loosely: `[]` where an object is wanted is `{}`, and `{}` where a list is wanted is `[]`.':
    'Las etiquetas de cada operación dicen para quién es. `x-destructive` marca lo que borra o no se puede deshacer. Los parámetros de consulta desconocidos se rechazan con 400, salvo donde los clientes de una API de origen envían otros de más. Los cuerpos se aceptan con holgura: `[]` vale como `{}` donde se espera un objeto, y `{}` como `[]` donde se espera una lista.',
  'Who came and went: the calls of game servers, and totals of time.':
    'Quién llegó y se fue: las llamadas de los servidores de juego y los totales de tiempo.',
  'Who is there: heartbeats, rosters, and lists of sessions.':
    'Quién está: latidos, listas y consultas de sesiones.',
  'Sessions put right, with what they were before.': 'Sesiones rectificadas, con lo que eran antes.',
  'Keys, service IDs, settings and console sessions.':
    'Claves, ID de servicio, ajustes y sesiones de la consola.',
  'Who is tracked, and by which identifiers.': 'A quién se sigue y con qué identificadores.',
  'The names of servers, and how many are on.':
    'Los nombres de los servidores y cuántas personas hay en cada uno.',
  'Events that are sent out, and calls that come in.': 'Sucesos que salen y llamadas que entran.',
  'The report of what happened in the account, and the records for it.':
    'El informe de lo que ocurrió en la cuenta y las anotaciones que lo forman.',
  'The same for older clients, whose key stands in the body.':
    'Lo mismo para clientes antiguos, cuya clave va en el cuerpo.',
  'What devices did: append, list, count and delete entries.':
    'Lo que hicieron los dispositivos: añadir, listar, contar y borrar entradas.',
  'Communities, for the operator of the installation.': 'Comunidades, para quien opera la instalación.',
  'Whether the service answers.': 'Si el servicio responde.',
  'What a game server, a bot or a device calls to say what happens.':
    'Lo que llama un servidor de juego, un bot o un dispositivo para decir qué ocurre.',
  'What a page, a report or a spreadsheet reads.': 'Lo que lee una página, un informe o una hoja de cálculo.',
  'What a community administers, corrects and deletes.': 'Lo que una comunidad administra, corrige y borra.',
  'What the operator of an installation does, with ADMIN_TOKEN.':
    'Lo que hace quien opera una instalación, con ADMIN_TOKEN.',
  'Hours that are settled: closing, verifying, and deciding about late calls.':
    'Horas fijadas: cerrar, verificar y decidir sobre llamadas tardías.',

  // --- Credentials
  'An API key, or an access token of /oauth/token.': 'Una clave de API o un token de acceso de /oauth/token.',
  'The password is an API key; or the user is one, without a password; or they are a service ID and its secret.':
    'La contraseña es una clave de API; o lo es el usuario, sin contraseña; o son un ID de servicio y su secreto.',
  'An API key.': 'Una clave de API.',
  'A service ID gets a token that is good for an hour.':
    'Un ID de servicio recibe un token que vale una hora.',
  "The console's session, for pages of this origin only: see openConsoleSession. Over plain http to another machine its name is `rollcall`.":
    'La sesión de la consola, solo para páginas de este origen: véase openConsoleSession. Por http sin cifrar hacia otra máquina se llama `rollcall`.',
  'The ADMIN_TOKEN of this installation.': 'El ADMIN_TOKEN de esta instalación.',
  "The operator's console session, for pages of this origin only: see openOperatorSession. Over plain http to another machine its name is `rollcall-operator`.":
    'La sesión del operador en la consola, solo para páginas de este origen: véase openOperatorSession. Por http sin cifrar hacia otra máquina se llama `rollcall-operator`.',
  'Read the Account Activity report.': 'Leer el informe de actividad de la cuenta.',

  // --- Operations: Activity Tracker v1
  'Record that an account came to a server or left it': 'Anotar que una cuenta llegó a un servidor o se fue',
  'Close all open sessions of a server that restarts':
    'Cerrar todas las sesiones abiertas de un servidor que reinicia',
  'Add identifiers to an account': 'Añadir identificadores a una cuenta',
  'Say that everything is included': 'Decir que está todo incluido',
  'Older clients ask this before anything else, and read the first digit.':
    'Los clientes antiguos preguntan esto antes que nada y leen la primera cifra.',
  'List the servers that have a name': 'Listar los servidores que tienen nombre',
  'The same names as `GET /v2/community/servers`, for older clients, without an envelope.':
    'Los mismos nombres que `GET /v2/community/servers`, para clientes antiguos, sin envoltorio.',
  'The same as `POST /v2/community/servers/{serverId}/activity`, for older clients. The API key is in the body.':
    'Lo mismo que `POST /v2/community/servers/{serverId}/activity`, para clientes antiguos. La clave de API va en el cuerpo.',
  'The same as `POST /v2/community/servers/{serverId}/activity/start`, for older clients.':
    'Lo mismo que `POST /v2/community/servers/{serverId}/activity/start`, para clientes antiguos.',
  'The same as `POST /v2/community/accounts/{accountId}/identifiers`, for older clients, which name the account as they do in an activity call.':
    'Lo mismo que `POST /v2/community/accounts/{accountId}/identifiers`, para clientes antiguos, que nombran la cuenta como en una llamada de actividad.',

  // --- Operations: Activity Tracker
  'Without a flag, the call starts a session or stops the open one. `forceStart` ends an open session and starts a new one. `forceStop` only stops. `forceClear` closes a session that shall not count. The answer is the session that started, else the one that closed, else null. With `eventId`, a repeat within 24 hours gets the first answer and changes nothing. With `occurredAt`, the call counts from that time, even if it arrives late.':
    'Sin indicador, la llamada empieza una sesión o termina la que está abierta. `forceStart` cierra la sesión abierta y empieza otra. `forceStop` solo termina. `forceClear` cierra una sesión que no debe contar. La respuesta es la sesión que empezó; si no, la que se cerró; si no, null. Con `eventId`, una repetición dentro de 24 horas recibe la primera respuesta y no cambia nada. Con `occurredAt`, la llamada cuenta desde esa hora, aunque llegue tarde.',
  'The answer has the sessions that were closed, the oldest first. No body, `{}` and `[]` mean the same. `eventId` and `occurredAt` work as for a single call: a reset that arrives late closes what was open then.':
    'La respuesta lleva las sesiones que se cerraron, primero la más antigua. Sin cuerpo, `{}` y `[]` significan lo mismo. `eventId` y `occurredAt` funcionan como en una llamada suelta: un reinicio que llega tarde cierra lo que estaba abierto entonces.',
  'Total the time of a period by account, server or time, or by two of them':
    'Sumar el tiempo de un periodo por cuenta, servidor o tiempo, o por dos de ellos',
  "`groupBy` is one or two of account, server, day, week, month, hour and weekday-hour. `from` and `to` are days, both of them included, or instants, of which `to` is not. Sessions are cut exactly at the borders of the period, and of days, weeks, months and hours of `timezone` (by default the community's), also where the clocks change. `seconds` counts a session on each server in full; `distinctSeconds` counts time on two servers at once only once. Confirmed is the time until a session was last seen, unconfirmed the time from then to its end. `watchedSeconds` is the confirmed time between signs of life that are no further apart than `heartbeatTimeoutSeconds`. `rounding` rounds once, after the sum. Cleared and voided sessions do not count. Open ones count until they were last seen. `order` is by default `most`, the most time first; with `fill=true` it is `time`, the earliest first. With `Accept: text/csv` the answer is a file of all totals, for programs or, with `csv=spreadsheet`, for a spreadsheet of the region of `locale`. A period has at most 366 days.":
    '`groupBy` es uno o dos de account, server, day, week, month, hour y weekday-hour. `from` y `to` son días, ambos incluidos, o instantes, de los que `to` no se incluye. Las sesiones se cortan exactamente en los bordes del periodo y de los días, semanas, meses y horas de `timezone` (si no se indica, la de la comunidad), también donde cambia la hora. `seconds` cuenta entera una sesión en cada servidor; `distinctSeconds` cuenta una sola vez el tiempo en dos servidores a la vez. Confirmado es el tiempo hasta que se vio una sesión por última vez; sin confirmar, el tiempo desde entonces hasta su final. `watchedSeconds` es el tiempo confirmado entre señales de vida que no distan más de `heartbeatTimeoutSeconds`. `rounding` redondea una vez, tras la suma. Las sesiones retiradas y anuladas no cuentan. Las abiertas cuentan hasta que se las vio por última vez. `order` es por defecto `most`, primero el mayor tiempo; con `fill=true` es `time`, primero lo más antiguo. Con `Accept: text/csv` la respuesta es un archivo con todos los totales, para programas o, con `csv=spreadsheet`, para una hoja de cálculo de la región de `locale`. Un periodo tiene 366 días como máximo.',
  'How many people were on, in each step of a period': 'Cuántas personas había, en cada paso de un periodo',
  "`max` is the most at once, `mean` the average over the step. People on two servers at once count once; with `groupBy=server` they count on each. Days and weeks are those of `timezone`, by default the community's. Steps end now. An open session is on until now; but where it is silent for longer than its limit, until it was last seen.":
    '`max` es el máximo a la vez; `mean`, la media del paso. Quien está en dos servidores a la vez cuenta una vez; con `groupBy=server`, en cada uno. Los días y las semanas son los de `timezone`; si no se indica, los de la comunidad. Los pasos terminan ahora. Quien tiene una sesión abierta está hasta ahora; pero si calla más de lo que permite su límite, hasta que se lo vio por última vez.',
  "List an account's latest sessions, newest first":
    'Listar las últimas sesiones de una cuenta, primero la más reciente',

  // --- Operations: Presence
  'List the sessions of a server': 'Listar las sesiones de un servidor',
  'As the list of all sessions, for one server.':
    'Como la lista de todas las sesiones, para un solo servidor.',
  'Send heartbeats: who is still there': 'Enviar latidos: quién sigue ahí',
  'Marks the open sessions of the accounts as seen. Where a silence longer than the limit has ended the latest session of an account, a new one begins that `continues` it: the answer says `resumed`, with its id. Otherwise no session starts, and none goes on after a stop, a clear, a reset or a correction. The answer has a result for each account, in their order. A bad entry does not affect the others. With more than ten calls a minute for a single account each, `X-Hint` says what would cost less.':
    'Marca como vistas las sesiones abiertas de las cuentas. Si un silencio mayor que el límite puso fin a la última sesión de una cuenta, empieza otra que la continúa (`continues`): la respuesta dice `resumed`, con su id. En los demás casos no empieza ninguna sesión, y ninguna sigue tras un final, una retirada, un reinicio o una corrección. La respuesta lleva un resultado por cuenta, en su orden. Una entrada mala no afecta a las demás. Con más de diez llamadas por minuto para una sola cuenta cada una, `X-Hint` dice qué costaría menos.',
  'Send a roster: everybody who is on a server': 'Enviar una lista: todos los que están en un servidor',
  'Starts a session for each new account, marks those that are there as seen, and closes those that are gone, where they were last seen. With one call a minute every session is right, even if joins and leaves get lost. The same roster again changes nothing, and neither does one whose `observedAt` is older than the newest roster. An account that is back after a silence longer than its limit gets a new session, which `continues` the one that the silence ended; it is in `started` and in `resumed`. `[]` says that nobody is there. Of an entry, names are cut and identifiers that are none are left out. A roster with more entries that name nobody than the one before closes nobody; the next one does. Until there are none, the server says so (`incompleteSince`). Where the community has as many sessions open as it may have, those who have no room are in `rejected`, and the rest of the roster holds. `metadata` of an entry is that of its session. What is new is added to it; where it says something else than the session has said so far, that one is stopped, and another one starts, so that the hours of each job are right.':
    'Empieza una sesión por cada cuenta nueva, marca como vistas las que siguen ahí y cierra las que se fueron, donde se las vio por última vez. Con una llamada por minuto todas las sesiones son correctas, aunque se pierdan entradas y salidas. La misma lista otra vez no cambia nada, y tampoco una cuyo `observedAt` es anterior a la lista más reciente. Una cuenta que vuelve tras un silencio mayor que su límite recibe una sesión nueva, que continúa (`continues`) la que el silencio terminó; aparece en `started` y en `resumed`. `[]` dice que no hay nadie. De una entrada se recortan los nombres y se dejan fuera los identificadores que no lo son. Una lista con más entradas que no nombran a nadie que la anterior no cierra a nadie; la siguiente sí. Mientras haya tales entradas, el servidor lo dice (`incompleteSince`). Si la comunidad tiene abiertas tantas sesiones como puede, quienes no caben están en `rejected`, y el resto de la lista vale. `metadata` de una entrada es el de su sesión. Lo nuevo se añade; si dice otra cosa que lo que la sesión decía hasta ahora, esa se detiene y empieza otra, para que las horas de cada trabajo sean correctas.',
  'List sessions: who is active now, who was active when':
    'Listar sesiones: quién está activo ahora, quién lo estuvo y cuándo',
  "The newest start first. `from` and `to` mean the start. They are days, both of them included, or instants, of which `to` is not; days are those of `timezone`, by default the community's. `status=open` lists who is on now, with the identifiers of each account, unless `includeIdentifiers=false` asks for none. `lastSeen` is the last sign of life. `unconfirmed` says that nobody told us when the session ended. A page can be short, or empty, while `nextCursor` says that more follow. `Accept: text/csv` gives a CSV file: of every session, or, with a `limit`, of one page, and `Link` has the next one.":
    'Primero el inicio más reciente. `from` y `to` se refieren al inicio. Son días, ambos incluidos, o instantes, de los que `to` no se incluye; los días son los de `timezone` (si no se indica, la de la comunidad). `status=open` lista quién está ahora, con los identificadores de cada cuenta, salvo que `includeIdentifiers=false` no pida ninguno. `lastSeen` es la última señal de vida. `unconfirmed` dice que nadie nos contó cuándo terminó la sesión. Una página puede ser corta, o vacía, mientras `nextCursor` diga que hay más. `Accept: text/csv` da un archivo CSV: de todas las sesiones o, con `limit`, de una página, y `Link` lleva a la siguiente.',
  'Read a session': 'Leer una sesión',

  // --- Operations: Corrections
  'Import sessions that are over, of any age': 'Importar sesiones terminadas, de cualquier antigüedad',
  "Up to 1000, as JSON or as `text/csv` with the columns accId, apiId, discord, uniqueId, username, serverId, start, end, eventId, metadata and metadata.{key}. Each has a result of its own. What is there already is left as it is: by `eventId`, else by account, server and start. A session that overlaps another one of its account and server is refused, and names it. No webhook hears of it. Times without an offset are those of `timezone`, by default the community's; `dates=dmy` or `dates=mdy` reads 03/04/2026. With `dryRun` nothing changes.":
    'Hasta 1000, como JSON o como `text/csv` con las columnas accId, apiId, discord, uniqueId, username, serverId, start, end, eventId, metadata y metadata.{clave}. Cada una tiene su resultado. Lo que ya está se deja como está: por `eventId`; si no, por cuenta, servidor e inicio. Una sesión que se solapa con otra de su cuenta y servidor se rechaza, y se dice con cuál. Ningún webhook se entera. Las horas sin desplazamiento son de `timezone`; si no se indica, de la comunidad; `dates=dmy` o `dates=mdy` lee 03/04/2026. Con `dryRun` no cambia nada.',
  'Correct a session': 'Corregir una sesión',
  'Changes what is given. The earlier values, who changed them and why are kept. An `end` confirms the session: one that was open or unconfirmed is `stopped` from then on. The session may not overlap another one of its account on its server.':
    'Cambia lo que se indica. Se guardan los valores anteriores, quién los cambió y por qué. Un `end` confirma la sesión: la que estaba abierta o sin confirmar queda `stopped`. La sesión no puede solaparse con otra de su cuenta en su servidor.',
  'Declare a session void': 'Anular una sesión',
  'The session is kept, but no total and no report counts it, and the history shows it only with `includeVoided=true`. If it is open, it is cleared.':
    'La sesión se conserva, pero ningún total ni informe la cuenta, y el historial la muestra solo con `includeVoided=true`. Si está abierta, se retira.',
  'Join a session with the one that continues it': 'Unir una sesión con la que la continúa',
  'For somebody who knows that only the line was down: the session goes on where the one that `continues` it did, and the time between them counts. That one becomes void. Both keep a revision. `watchedSeconds` leaves the time between them out.':
    'Para quien sabe que solo falló la línea: la sesión sigue donde siguió la que la continúa (`continues`), y el tiempo entre ambas cuenta. Esa otra queda anulada. Ambas conservan una revisión. `watchedSeconds` deja fuera el tiempo entre ambas.',
  'List the corrections of a session, oldest first':
    'Listar las correcciones de una sesión, primero la más antigua',

  // --- Operations: Access
  'Export everything of the community, a JSON object a line':
    'Exportar todo lo de la comunidad, un objeto JSON por línea',
  'NDJSON: `{"table": "sessions", "row": {...}}`, streamed. Credentials, webhooks and what waits to be sent are not in it.':
    'NDJSON: `{"table": "sessions", "row": {...}}`, enviado según se lee. No lleva credenciales, webhooks ni lo que espera a enviarse.',
  'Import lines of an export, as they are': 'Importar líneas de una exportación, tal como son',
  'Up to 2000 lines of `GET /v2/community/export`, in their order, become the same rows here. What is here already is left as it is, so the same lines once more change nothing. `refused` has the lines that stay out, from 1. `ROW_DIFFERS`: another row has its key. `VALUE_TAKEN`: an identifier or an event id is of another row. `PERIOD_CLOSED`: it would alter a closed period. `CHAIN_BROKEN`: a record of an audit trail does not fit its hash, or the record before. The audit trail is kept beside the own one, and is verified with it. The line of the community is skipped. No webhook hears of it.':
    'Hasta 2000 líneas de `GET /v2/community/export`, en su orden, se convierten aquí en las mismas filas. Lo que ya está se deja como está, así que las mismas líneas otra vez no cambian nada. `refused` tiene las líneas que se quedan fuera, desde 1. `ROW_DIFFERS`: otra fila tiene su clave. `VALUE_TAKEN`: un identificador o un id de evento es de otra fila. `PERIOD_CLOSED`: cambiaría un periodo cerrado. `CHAIN_BROKEN`: un registro de una pista de auditoría no encaja con su hash, o con el registro anterior. La pista de auditoría se guarda junto a la propia, y se verifica con ella. La línea de la comunidad se salta. Ningún webhook se entera.',
  'Public clients ask this before anything else. The answer is the same for every community.':
    'Los clientes públicos preguntan esto antes que nada. La respuesta es la misma para todas las comunidades.',
  'List the API keys': 'Listar las claves de API',
  'Create an API key': 'Crear una clave de API',
  'The key is shown in this answer only. Say what it is for (`preset`) or what it may do (`scopes`). `game-server`: all that a game server calls, nothing that administers or deletes. `viewer`: reads. `log-writer`: appends to the log. `auditor`: reads, and verifies that nothing was changed. `lateSeconds` is how old `occurredAt` may be in its calls: a day, unless it says more, up to 31 days.':
    'La clave se muestra solo en esta respuesta. Se dice para qué es (`preset`) o qué puede hacer (`scopes`). `game-server`: todo lo que llama un servidor de juego y nada que administre o borre. `viewer`: lee. `log-writer`: añade al registro. `auditor`: lee y verifica que nada cambió. `lateSeconds` es la antigüedad que puede tener `occurredAt` en sus llamadas: un día, si no dice más, y hasta 31 días.',
  'Revoke an API key': 'Revocar una clave de API',
  'The key stops working within 30 seconds.': 'La clave deja de funcionar en 30 segundos.',
  "Read the community's settings": 'Leer los ajustes de la comunidad',
  "Change the community's settings": 'Cambiar los ajustes de la comunidad',
  'Give any of the settings. An unknown name or a bad value is refused, and then nothing changes.':
    'Se da cualquiera de los ajustes. Un nombre desconocido o un valor no válido se rechaza, y entonces no cambia nada.',
  'Sign in to the console with an API key': 'Entrar en la consola con una clave de API',
  'Exchanges the key for a cookie that scripts cannot read. It is good for 12 hours, ends with its key, and is taken from pages of this origin only.':
    'Cambia la clave por una cookie que los scripts no pueden leer. Vale 12 horas, termina con su clave y se acepta solo de páginas de este origen.',
  'Read whom the credential of this call belongs to, and its scopes':
    'Leer a quién pertenece la credencial de esta llamada, y sus permisos',
  'Any credential of a community may ask.': 'Puede preguntarlo cualquier credencial de una comunidad.',
  'Sign out of the console': 'Salir de la consola',
  'The browser forgets the cookie. To end a session that somebody else holds, revoke its key.':
    'El navegador olvida la cookie. Para terminar una sesión que tiene otra persona, hay que revocar su clave.',
  'List the service IDs': 'Listar los ID de servicio',
  'Create a service ID': 'Crear un ID de servicio',
  'An OAuth 2 client for `/oauth/token`. The secret is shown in this answer only. Only the category `account-activity-reporting` opens anything here: the Account Activity report.':
    'Un cliente OAuth 2 para `/oauth/token`. El secreto se muestra solo en esta respuesta. Solo la categoría `account-activity-reporting` abre algo aquí: el informe de actividad de la cuenta.',
  'Give a service ID a new secret': 'Dar un secreto nuevo a un ID de servicio',
  'The new secret is shown in this answer only. The one before goes on for `overlapSeconds` (86400 by default and at most). One from an earlier rotation stops at once.':
    'El secreto nuevo se muestra solo en esta respuesta. El anterior sigue valiendo `overlapSeconds` (86400 si no se indica y como máximo). El de un cambio anterior deja de valer al momento.',
  'Delete a service ID': 'Eliminar un ID de servicio',
  'Its secrets and its tokens stop working within 30 seconds.':
    'Sus secretos y sus tokens dejan de funcionar en 30 segundos.',

  // --- Operations: Closed periods
  'Close a period: its hours are settled': 'Cerrar un periodo: sus horas quedan fijadas',
  "From the end of the period before until `to`: a day of the community's time zone, which is in it, or an instant, which is not. No second of it changes from then on. What would change one is refused with 409; calls of game servers become questions. Sessions that are open count until they were last seen. The totals of each account are kept, with a hash that is on the audit trail too.":
    'Desde el final del periodo anterior hasta `to`: un día de la zona horaria de la comunidad, que se incluye, o un instante, que no. Desde entonces no cambia ni un segundo. Lo que cambiaría alguno se rechaza con 409; las llamadas de los servidores de juego pasan a ser preguntas. Las sesiones abiertas cuentan hasta que se las vio por última vez. Se guardan los totales de cada cuenta, con un hash que está también en la auditoría.',
  'List the closed periods, those closed last first, and those that were reopened':
    'Listar los periodos cerrados, primero el último que se cerró, y los que se reabrieron',
  'List the calls that would have changed a closed period, oldest first':
    'Listar las llamadas que habrían cambiado un periodo cerrado, primero la más antigua',
  'Nothing of such a call has happened. An administrator accepts or dismisses it.':
    'Nada de tal llamada ha ocurrido. Un administrador la acepta o la descarta.',
  'Accept a question: the call happens as if it had come in time':
    'Aceptar una pregunta: la llamada ocurre como si hubiera llegado a tiempo',
  'The period stays closed; its totals and their hash are those after the call. It is on the audit trail. A roster of many accounts takes several calls: while an answer has `remaining` (the accounts that are left), accept it again with another `Idempotency-Key`.':
    'El periodo sigue cerrado; sus totales y su hash son los de después de la llamada. Queda en la auditoría. Una lista de muchas cuentas necesita varias llamadas: mientras una respuesta tenga `remaining` (las cuentas que faltan), acéptela otra vez con otro `Idempotency-Key`.',
  'Dismiss a question: the period stays as it is': 'Descartar una pregunta: el periodo queda como está',
  'Get a period with the totals that were kept when it was closed':
    'Leer un periodo con los totales que se guardaron al cerrarlo',
  'By account id. Names are those of today; a person who was erased has none. With `Accept: text/csv` the answer is a file of all totals.':
    'Por id de cuenta. Los nombres son los de hoy; una persona borrada no tiene. Con `Accept: text/csv` la respuesta es un archivo con todos los totales.',
  'Reopen a closed period': 'Reabrir un periodo cerrado',
  'Its hours can change again. What they were stays readable. It is on the audit trail.':
    'Sus horas pueden volver a cambiar. Lo que eran se puede seguir leyendo. Queda en la auditoría.',
  'Say whether the totals of a period still hold, and if not, why':
    'Decir si los totales de un periodo siguen valiendo y, si no, por qué',
  '`hashValid`: the kept totals are those that were closed. `differences`: accounts whose sessions come to something else now; `removed` where retention or an erasure took them, which leaves the totals as they are. `openWhenClosed`: sessions that were open then; they count as far as they were seen, and `uncountedSeconds` is what they gained since.':
    '`hashValid`: los totales guardados son los que se cerraron. `differences`: cuentas cuyas sesiones suman ahora otra cosa; `removed` donde la retención o un borrado se las llevó, lo que deja los totales como están. `openWhenClosed`: sesiones que estaban abiertas entonces; cuentan hasta donde se las vio, y `uncountedSeconds` es lo que ganaron desde entonces.',

  // --- Operations: Accounts
  'List the accounts': 'Listar las cuentas',
  'By id. Page with `skip` and `take`, which also gives the `total`; or follow `nextCursor`, which costs the same at any depth and leaves out `total`, `skip` and `take`.':
    'Por id. Se pagina con `skip` y `take`, que dan también el `total`; o siguiendo `nextCursor`, que cuesta lo mismo a cualquier profundidad y prescinde de `total`, `skip` y `take`.',
  'Find the account that an identifier names': 'Buscar la cuenta que nombra un identificador',
  'Give exactly one identifier. It must match exactly; `accountId` is another name for `accId`. A `username` finds everybody of that name, in upper or lower case: first who has it today, then who had it. Where nobody has it, and with a `*` at its end, it finds the names that begin with it. At most 100.':
    'Se da exactamente un identificador. Debe coincidir por completo; `accountId` es otro nombre de `accId`. Un `username` encuentra a todos los que se llaman así, en mayúsculas o minúsculas: primero quien lo lleva hoy, después quien lo llevó. Si nadie lo lleva, y con `*` al final, encuentra los nombres que empiezan así. Como máximo 100.',
  'Read the account that a Discord id names': 'Leer la cuenta que nombra un id de Discord',
  'Read an account': 'Leer una cuenta',
  'If the account was merged into another one, the answer is that other one.':
    'Si la cuenta se fusionó con otra, la respuesta es esa otra.',
  'Erase an account': 'Borrar una cuenta',
  'Its identifiers are deleted at once and for good. Its sessions stay under the bare id, which names nobody any more. With `sessions=true` they are deleted too.':
    'Sus identificadores se borran al momento y para siempre. Sus sesiones quedan bajo el id desnudo, que ya no nombra a nadie. Con `sessions=true` se borran también.',
  "List an account's identifiers": 'Listar los identificadores de una cuenta',
  'By type, then by value. The ids of accounts that were merged into it are among them. When more follow, `Link` leads to the next page.':
    'Por tipo y después por valor. Entre ellos están los ids de las cuentas que se fusionaron con ella. Si hay más, `Link` lleva a la página siguiente.',
  "Any type that a platform has: `discord`, `steam`, `license`, `license2`, `fivem`, `xbl`, `live`, `roblox` and others. The answer lists the pairs that were registered. One bad pair costs none of the others. A pair that another account has stays there and is listed in `meta.refused`; so is one that the account has no room for, with the `accId` null. `ip` and `hwid` are left out and never stored. A `username` is the account's name from now on.":
    'Cualquier tipo que tenga una plataforma: `discord`, `steam`, `license`, `license2`, `fivem`, `xbl`, `live`, `roblox` y otros. La respuesta lista los pares que se registraron. Un par malo no afecta a los demás. Un par que tiene otra cuenta se queda en ella y se lista en `meta.refused`; también uno que ya no cabe en la cuenta, con el `accId` nulo. `ip` y `hwid` se dejan fuera y no se guardan nunca. Un `username` es el nombre de la cuenta desde entonces.',
  'Take an identifier or a name from an account': 'Quitar un identificador o un nombre a una cuenta',
  'It is free from then on. `username` takes a name, of today or a former one. The id of an account cannot be taken.':
    'Queda libre desde entonces. `username` quita un nombre, el de hoy o uno anterior. El id de una cuenta no se puede quitar.',
  'Merge an account into another one': 'Fusionar una cuenta con otra',
  'Sessions and identifiers move to the other account. From then on both ids name it. If both have an open session on one server, the newer one supersedes the older. This cannot be undone. A repeat changes nothing. The answer is the account that they are now.':
    'Las sesiones y los identificadores pasan a la otra cuenta. Desde entonces ambos ids la nombran. Si las dos tienen una sesión abierta en un servidor, la más nueva sustituye a la más antigua. No se puede deshacer. Una repetición no cambia nada. La respuesta es la cuenta que ahora son.',

  // --- Operations: Servers
  'List the servers': 'Listar los servidores',
  'By number, each with its last roster and how many are on. Those that have a name; with `include=all` also those that only calls have told of. (A game server names itself where its number is not in the list yet.)':
    'Por número, cada uno con su última lista y cuántas personas hay. Los que tienen nombre; con `include=all`, también los que solo se conocen por llamadas. (Un servidor de juego se pone nombre cuando su número no está aún en la lista.)',
  'Name servers': 'Dar nombre a servidores',
  'The names of the others stay. A server without an `id` gets the next number. Answers with all servers that have a name.':
    'Los nombres de los demás se quedan. Un servidor sin `id` recibe el número siguiente. La respuesta lleva todos los servidores con nombre.',
  'Name servers, all of them': 'Dar nombre a servidores, a todos',
  'Those that are not in the list lose their names; their sessions and rosters stay. Answers with all servers that have a name.':
    'Los que no están en la lista pierden su nombre; sus sesiones y sus listas se quedan. La respuesta lleva todos los servidores con nombre.',

  // --- Operations: Webhooks
  'List the webhook endpoints': 'Listar los destinos de webhook',
  'Create a webhook endpoint': 'Crear un destino de webhook',
  'Events that happen after this answer are sent. `standard` follows Standard Webhooks and is signed with the secret, which is shown in this answer only. `discord` and `slack` send a message to a channel; with `digestSeconds` they gather the events of that time into one message. A URL of Discord or Slack is never shown again beyond its host, since the rest of it is a credential.':
    'Se envían los sucesos posteriores a esta respuesta. `standard` sigue Standard Webhooks y se firma con el secreto, que se muestra solo en esta respuesta. `discord` y `slack` envían un mensaje a un canal; con `digestSeconds` reúnen en un mensaje los sucesos de ese tiempo. De una URL de Discord o Slack no se vuelve a mostrar más que el host, pues el resto es una credencial.',
  'Read a webhook endpoint': 'Leer un destino de webhook',
  'Change, disable or enable a webhook endpoint': 'Cambiar, desactivar o activar un destino de webhook',
  'While an endpoint is disabled, its messages wait. They are sent in their order once it is enabled again.':
    'Mientras un destino está desactivado, sus mensajes esperan. Se envían en su orden cuando se activa de nuevo.',
  'Delete a webhook endpoint with its messages': 'Eliminar un destino de webhook con sus mensajes',
  'Replace the secret of a webhook endpoint': 'Cambiar el secreto de un destino de webhook',
  'The new secret is shown in this answer only. Both secrets sign for 24 hours.':
    'El secreto nuevo se muestra solo en esta respuesta. Ambos secretos firman durante 24 horas.',
  'List the inbound webhooks': 'Listar los webhooks entrantes',
  'Create an inbound webhook': 'Crear un webhook entrante',
  'The sender posts to `url` and proves itself with the secret. The secret is shown in this answer only; you can give the sender’s own as `secret`, in the form that it has there. `sender` is a name of the list, or `custom` with `verification`. `mapping` says where our fields are in the body, and `recipe` brings one that is ready; what `mapping` says beside it goes before it. Without a mapping, the body has our fields as they are. Without an id of the sender’s, an equal body is a repeat within `repeatSeconds`. `keepBodies` keeps the bodies of the last 100 calls for 24 hours.':
    'El remitente envía a `url` y se acredita con el secreto. El secreto se muestra solo en esta respuesta; se puede dar como `secret` el propio del remitente, en la forma que tiene allí. `sender` es un nombre de la lista, o `custom` con `verification`. `mapping` dice dónde están nuestros campos en el cuerpo, y `recipe` trae uno ya hecho; lo que `mapping` diga además va por delante. Sin mapping, el cuerpo trae nuestros campos tal cual. Sin un id del remitente, un cuerpo igual es una repetición dentro de `repeatSeconds`. `keepBodies` guarda durante 24 horas los cuerpos de las últimas 100 llamadas.',
  'Change an inbound webhook': 'Cambiar un webhook entrante',
  'What is not given stays. `mapping: null` takes the body as it is. `secret: null` makes a new secret, and so does a sender with secrets of another form. It is shown in this answer only. The old one stops working at once, or after `overlapSeconds`.':
    'Lo que no se indica se queda. `mapping: null` toma el cuerpo como es. `secret: null` crea un secreto nuevo, y también un remitente con secretos de otra forma. Se muestra solo en esta respuesta. El anterior deja de valer al momento, o tras `overlapSeconds`.',
  'Delete an inbound webhook': 'Eliminar un webhook entrante',
  'Calls are refused after this answer. What was recorded stays.':
    'Las llamadas se rechazan desde esta respuesta. Lo que se anotó se queda.',
  'List the latest calls of an inbound webhook, newest first':
    'Listar las últimas llamadas de un webhook entrante, primero la más reciente',
  'The last 100. Each says why it, or some of its items, were refused.':
    'Las últimas 100. Cada una dice por qué se rechazó, ella o alguno de sus elementos.',
  'Record a call of an inbound webhook that is kept': 'Anotar una llamada guardada de un webhook entrante',
  'For a call that was ignored, after its mapping is mended. It needs `keepBodies`, and the call may be 24 hours old. What was recorded before is not recorded again.':
    'Para una llamada que se pasó por alto, una vez arreglado su mapping. Necesita `keepBodies`, y la llamada puede tener 24 horas. Lo que ya se anotó no se anota otra vez.',
  'See what an inbound webhook would record of a call': 'Ver qué anotaría un webhook entrante de una llamada',
  'Nothing is written, and no signature is asked for. `body` is JSON, or a text with the body as the sender sends it; or `call` is the number of a call whose body is kept. With `mapping`, that one is tried in place of the webhook’s own. For each field the answer has what was `found`, and the `value` that would be recorded.':
    'No se escribe nada y no se pide firma. `body` es JSON, o un texto con el cuerpo como lo envía el remitente; o `call` es el número de una llamada cuyo cuerpo se guarda. Con `mapping` se prueba ese en lugar del propio del webhook. Por cada campo, la respuesta lleva lo que se encontró (`found`) y el valor (`value`) que se anotaría.',
  'Send a test message to a webhook endpoint': 'Enviar un mensaje de prueba a un destino de webhook',
  'The answer comes after the first attempt and has its result. If other messages wait before it, it stays pending.':
    'La respuesta llega tras el primer intento y lleva su resultado. Si otros mensajes esperan delante, sigue pendiente.',
  'List the deliveries to a webhook endpoint': 'Listar las entregas a un destino de webhook',
  'The newest first, each with its latest 20 attempts and the first KiB of what the receiver answered. They are kept for 30 days.':
    'Primero las más recientes, cada una con sus últimos 20 intentos y el primer KiB de lo que respondió el receptor. Se guardan 30 días.',
  'Send a delivery again': 'Volver a enviar una entrega',
  'Under the same `webhook-id`. The schedule of its retries begins anew.':
    'Con el mismo `webhook-id`. El calendario de sus reintentos empieza de nuevo.',
  'See what a receiver would get, without sending anything':
    'Ver lo que recibiría un receptor, sin enviar nada',
  'The body of a made-up event in a format, as it would be posted. `digest` shows what `digestSeconds` makes of several events.':
    'El cuerpo de un suceso inventado en un formato, como se enviaría. `digest` muestra en qué convierte `digestSeconds` varios sucesos.',
  'Send again all messages of a time': 'Volver a enviar todos los mensajes de un tiempo',
  'Everything from `from` to `to`, delivered or not, the oldest first, under the same ids. One call takes at most 5000 messages: if `replayedUntil` is before `to`, go on from there.':
    'Todo desde `from` hasta `to`, entregado o no, primero lo más antiguo, con los mismos ids. Una llamada toma 5000 mensajes como máximo: si `replayedUntil` es anterior a `to`, se sigue desde ahí.',
  'Receive a call of an inbound webhook': 'Recibir una llamada de un webhook entrante',
  'The sender decides what the body looks like. The webhook says how the call proves itself, and where our fields are in the body. A message that comes again gets the first answer, with `replayed: true`, for at least 7 days. A call that proves itself and can be read is always answered 200: where nothing is recorded, `status` is `ignored` and `reason` says why, and the message may come again. Of a batch, the good items are recorded. What a sender asks for to check the address is answered as it wants it. Discord gets 204, and Twilio empty TwiML.':
    'El remitente decide cómo es el cuerpo. El webhook dice cómo se acredita la llamada y dónde están nuestros campos en el cuerpo. Un mensaje que llega otra vez recibe la primera respuesta, con `replayed: true`, durante al menos 7 días. Una llamada que se acredita y se puede leer recibe siempre 200: si no se anota nada, `status` es `ignored` y `reason` dice por qué, y el mensaje puede volver. De un lote se anotan los elementos buenos. Lo que un remitente pide para comprobar la dirección se responde como él quiere. Discord recibe 204, y Twilio, TwiML vacío.',
  'Answer a hub that asks before it subscribes': 'Responder a un hub que pregunta antes de suscribirse',
  'WebSub, and senders that do as it does: `hub.challenge` is sent back where `hub.verify_token` is the `verifyToken` of a custom sender, or else its secret.':
    'WebSub, y remitentes que hacen lo mismo: se devuelve `hub.challenge` si `hub.verify_token` es el `verifyToken` de un remitente propio o, si no, su secreto.',

  // --- Operations: Account Activity
  'Record one activity, or up to 1000': 'Anotar una actividad, o hasta 1000',
  'One object answers its id, an array a result for each. A bad one does not affect the others. With `eventId` it is safe to send again: a repeat is a `duplicate` and has the id of the first. `time` and `endTime` are listed exactly as they are sent.':
    'Un objeto recibe su id; un array, un resultado por cada uno. Uno malo no afecta a los demás. Con `eventId` se puede reenviar sin peligro: una repetición es `duplicate` y lleva el id de la primera. `time` y `endTime` se listan exactamente como se envían.',
  'Verify that nobody has changed the records': 'Verificar que nadie ha cambiado las anotaciones',
  'Computes the hash chain of the audit trail and the seals of ingested records again, and names the first break. One call looks at the whole trail and at about 20,000 ingested records; `nextCursor` goes on. `head` is the end of the trail: keep it elsewhere, and you will notice a trail that was written anew.':
    'Vuelve a calcular la cadena de hashes de la auditoría y los sellos de las anotaciones recibidas, y nombra la primera rotura. Una llamada mira toda la auditoría y unas 20.000 anotaciones recibidas; `nextCursor` sigue. `head` es el final de la auditoría: guardado en otro lugar, permite notar que se escribió de nuevo.',
  'Report the activity of a period of at most 31 days':
    'Informar de la actividad de un periodo de 31 días como máximo',
  'The records of the given types, the oldest first. Both ends of the period belong to it. The answer is sent while it is read. With `limit` it comes in pages, and `Link` has the next one. `Accept: text/csv` gives a CSV file.':
    'Las anotaciones de los tipos indicados, primero la más antigua. Ambos extremos del periodo se incluyen. La respuesta se envía según se lee. Con `limit` llega por páginas, y `Link` lleva a la siguiente. `Accept: text/csv` da un archivo CSV.',
  'Get an access token for a service ID': 'Obtener un token de acceso para un ID de servicio',
  'The client credentials grant (RFC 6749 §4.4). Send the client id and the secret in the form or in `Authorization: Basic`, not in both.':
    'La concesión de credenciales de cliente (RFC 6749 §4.4). El id de cliente y el secreto van en el formulario o en `Authorization: Basic`, no en ambos.',
  'Say where tokens come from, and how (RFC 8414)': 'Decir de dónde salen los tokens, y cómo (RFC 8414)',
  'OAuth libraries read this to find the token endpoint.':
    'Las bibliotecas de OAuth lo leen para encontrar el punto de tokens.',

  // --- Operations: Activity Log
  'Append one entry, or up to 1000': 'Añadir una entrada, o hasta 1000',
  'One object answers its id. An array, or `{"entries": [...]}`, answers a result for each entry. A bad entry does not affect the others. An entry whose `event_id` came before is not stored again: the answer has the id of the first.':
    'Un objeto recibe su id. Un array, o `{"entries": [...]}`, recibe un resultado por entrada. Una entrada mala no afecta a las demás. Una entrada cuyo `event_id` ya llegó no se guarda otra vez: la respuesta lleva el id de la primera.',
  'List entries, newest first': 'Listar entradas, primero las más recientes',
  'If more entries follow, `Link: <...>; rel="next"` goes on at the same cost at any depth. `offset` reads all that it skips. A search (`q`) looks at 5000 entries a call; where it stops before the page is full, `X-Search-Stopped-At` has the timestamp that it came to, and `Link` goes on from there. `Accept: text/csv` gives a CSV file, which has every entry unless there is a `limit`.':
    'Si hay más entradas, `Link: <...>; rel="next"` sigue con el mismo coste a cualquier profundidad. `offset` lee todo lo que salta. Una búsqueda (`q`) mira 5000 entradas por llamada; si se detiene antes de llenar la página, `X-Search-Stopped-At` lleva el instante al que llegó, y `Link` sigue desde ahí. `Accept: text/csv` da un archivo CSV, con todas las entradas salvo que haya `limit`.',
  'Delete the entries that a filter names': 'Borrar las entradas que nombra un filtro',
  'At least one filter is needed. A call deletes at most 5000 entries, the oldest first; while `hasMore` is true, the same call goes on. The count is exact. Ids do not start over.':
    'Hace falta al menos un filtro. Una llamada borra 5000 entradas como máximo, primero las más antiguas; mientras `hasMore` sea true, la misma llamada sigue. El recuento es exacto. Los ids no vuelven a empezar.',
  'Count the entries, exactly': 'Contar las entradas, exactamente',
  'Delete all entries': 'Borrar todas las entradas',
  'After this answer no call shows an older entry. Ids do not start over. Any query parameter, and a body that names a filter, is refused and deletes nothing.':
    'Desde esta respuesta ninguna llamada muestra una entrada anterior. Los ids no vuelven a empezar. Cualquier parámetro de consulta, y un cuerpo que nombra un filtro, se rechaza y no borra nada.',
  'Delete one entry': 'Borrar una entrada',
  'Its id is never given to another entry.': 'Su id no se da nunca a otra entrada.',
  'List the devices, each with its last entry and its count':
    'Listar los dispositivos, cada uno con su última entrada y su recuento',
  'By serial. A call counts about 20,000 entries, so a page may be short; `Link: <...>; rel="next"` goes on. A device with more than that has `count_is_exact: false`; ask `/count?serial=` for it.':
    'Por número de serie. Una llamada cuenta unas 20.000 entradas, así que una página puede ser corta; `Link: <...>; rel="next"` sigue. Un dispositivo con más lleva `count_is_exact: false`; `/count?serial=` lo cuenta entero.',
  'Count the entries by platform and by action type':
    'Contar las entradas por plataforma y por tipo de acción',
  'From counters, so exact and at once at any size. Largest first. Of more than 5000 kinds (pairs of platform and action type) only so many are counted, and `is_complete` is false.':
    'De contadores, así que exacto e inmediato con cualquier tamaño. Primero lo más numeroso. De más de 5000 clases (pares de plataforma y tipo de acción) solo se cuentan esas, e `is_complete` es false.',
  'Say that the API is open': 'Decir que la API está abierta',
  'Clients of the source ask this first. The answer is the same for everybody; `device_limit` is the greatest number there is.':
    'Los clientes de la API de origen preguntan esto primero. La respuesta es la misma para todos; `device_limit` es el número más grande que hay.',

  // --- Operations: Administration
  'Read how this installation is set up': 'Leer cómo está montada esta instalación',
  'Read how full this installation is, and what waits in it':
    'Leer cómo de llena está esta instalación y qué espera en ella',
  'By database: its size, how many communities live there, how many people are on, and the messages of webhooks that wait to be sent. Counts stop at 10,000. How many rows a day were read and written, only Cloudflare knows: its dashboard has them under D1, Metrics.':
    'Por base de datos: su tamaño, cuántas comunidades viven en ella, cuántas personas hay y los mensajes de webhooks que esperan a enviarse. Los recuentos se detienen en 10.000. Cuántas filas se leyeron y escribieron al día solo lo sabe Cloudflare: su panel las tiene en D1, Metrics.',
  'Its version, the migrations of its database, which secrets are set, and when each scheduled trigger last ran. `npm run doctor` reads it. `localSwitches` is empty on a deployed Worker. `databases` has each one by its place; `migrations` and `triggers` are those of the first.':
    'Su versión, las migraciones de su base de datos, qué secretos tiene y cuándo se ejecutó cada disparador programado. Lo lee `npm run doctor`. `localSwitches` está vacío en un Worker desplegado. `databases` tiene cada base por su lugar; `migrations` y `triggers` son los de la primera.',
  'List the communities': 'Listar las comunidades',
  'Database by database, oldest first in each. `place` lists those of one database.':
    'Base de datos por base de datos, en cada una las más antiguas primero. `place` lista las de una sola base.',
  'Create a community with its first API key': 'Crear una comunidad con su primera clave de API',
  'The key has every scope. It is shown in this answer only. `place` is the number of the database where the community shall live; without it, that with the most room.':
    'La clave tiene todos los permisos. Se muestra solo en esta respuesta. `place` es el número de la base de datos donde vivirá la comunidad; sin él, la que tenga más espacio.',
  'Read a community': 'Leer una comunidad',
  "Change a community's name, settings or quotas":
    'Cambiar el nombre, los ajustes o las cuotas de una comunidad',
  'Delete a community with all that is in it': 'Eliminar una comunidad con todo lo que contiene',
  'Its credentials stop working within 30 seconds. The scheduled job removes its rows.':
    'Sus credenciales dejan de funcionar en 30 segundos. La tarea programada retira sus filas.',
  'Sign in to the console as the operator': 'Entrar en la consola como operador',
  'Exchanges ADMIN_TOKEN for a cookie that scripts cannot read. It is good for 12 hours, ends when ADMIN_TOKEN changes, and is taken from pages of this origin only.':
    'Cambia ADMIN_TOKEN por una cookie que los scripts no pueden leer. Vale 12 horas, termina cuando cambia ADMIN_TOKEN y se acepta solo de páginas de este origen.',
  "Read whether this call is the operator's": 'Leer si esta llamada es del operador',
  'Sign out of the console as the operator': 'Salir de la consola como operador',

  // --- Operations: Health
  'Whether the Worker reaches its database': 'Si el Worker llega a su base de datos',

  // --- Parameters, fields, headers and answers, by the English
  'After how many seconds to try again.': 'Tras cuántos segundos volver a intentarlo.',
  'A JSON object a line.': 'Un objeto JSON por línea.',
  'A key of your own. The same call with the same key is carried out once, and answered as it first was.':
    'Una clave propia de quien llama. La misma llamada con la misma clave se realiza una vez y recibe siempre la primera respuesta.',
  'A known sender, or `custom` for one of your own.': 'Un remitente conocido, o `custom` para uno propio.',
  'Always 1.': 'Siempre 1.',
  'Always `activity`: clock-ins are not tracked.': 'Siempre `activity`: los fichajes no se registran.',
  'Always `bearer`.': 'Siempre `bearer`.',
  'Always `client_credentials`.': 'Siempre `client_credentials`.',
  'Always empty.': 'Siempre vacío.',
  'Always empty: there is no authorization endpoint.': 'Siempre vacío: no hay punto de autorización.',
  'Always false.': 'Siempre false.',
  'Always false: accounts are not archived here.': 'Siempre false: aquí no se archivan cuentas.',
  'Always false: accounts are not banned here.': 'Siempre false: aquí no se expulsan cuentas.',
  'Always null.': 'Siempre null.',
  'Always null; clients of the source expect it.':
    'Siempre null; los clientes de la API de origen lo esperan.',
  'Always true.': 'Siempre true.',
  'Always true; clients of the source expect it.':
    'Siempre true; los clientes de la API de origen lo esperan.',
  'Always true: the browser forgets the session.': 'Siempre true: el navegador olvida la sesión.',
  'A mapping that is ready made for a known sender.': 'Un mapping ya hecho para un remitente conocido.',
  'An IANA time zone.': 'Una zona horaria de IANA.',
  "An id of the community's own: an integer or a text. Empty or null is the same as absent.":
    'Un id propio de la comunidad: un entero o un texto. Vacío o null es lo mismo que ausente.',
  'An id that the game gives its players. Empty or null is the same as absent.':
    'Un id que el juego da a sus jugadores. Vacío o null es lo mismo que ausente.',
  'A set of scopes by the purpose of the key, instead of `scopes`.':
    'Un conjunto de permisos según para qué es la clave, en lugar de `scopes`.',
  'A text that `action_detail` has, ASCII letters in either case.':
    'Un texto que está en `action_detail`; letras ASCII en mayúscula o minúscula.',
  'By action type.': 'Por tipo de acción.',
  'By platform.': 'Por plataforma.',
  'By platform and action type.': 'Por plataforma y tipo de acción.',
  'By what the account is known.': 'Por qué se conoce la cuenta.',
  'Close the open session so that it never counts.': 'Cerrar la sesión abierta de modo que no cuente nunca.',
  'Cut after 1000 characters.': 'Se corta tras 1000 caracteres.',
  'Cut after 200 characters.': 'Se corta tras 200 caracteres.',
  'For Discord.': 'Para Discord.',
  'For how long a message with the same id counts as a repeat.':
    'Durante cuánto tiempo un mensaje con el mismo id cuenta como repetición.',
  'For how long the secret before works on.': 'Cuánto sigue valiendo el secreto anterior.',
  'For how many days closed sessions are kept; null for ever.':
    'Cuántos días se guardan las sesiones cerradas; null para siempre.',
  'For how many days log entries are kept; null for ever.':
    'Cuántos días se guardan las entradas del registro; null para siempre.',
  'For how many days the report and the audit trail are kept; null for ever.':
    'Cuántos días se guardan el informe y la auditoría; null para siempre.',
  'For how many seconds events are gathered into one message; null for one message each.':
    'Durante cuántos segundos se reúnen los sucesos en un mensaje; null para un mensaje por suceso.',
  'For how many seconds it is good.': 'Cuántos segundos vale.',
  'Gone: nothing more is sent to this endpoint.': 'Ya no existe: no se envía nada más a este destino.',
  'How a call proves itself.': 'Cómo se acredita una llamada.',
  'How a client says who it is.': 'Cómo dice un cliente quién es.',
  'How a CSV file is written: for programs, or for a spreadsheet.':
    'Cómo se escribe un archivo CSV: para programas o para una hoja de cálculo.',
  'How each total is rounded, once, after the sum.': 'Cómo se redondea cada total, una vez, tras la suma.',
  'How far the replay came.': 'Hasta dónde llegó el reenvío.',
  'How it does not fit.': 'En qué no encaja.',
  'How large it is.': 'Su tamaño.',
  'How new the answer has to be: the `X-D1-Bookmark` of an earlier one, or `first-primary` for everything that was written so far. Without it, a copy of the database near the reader may answer that is some moments old.':
    'Lo reciente que debe ser la respuesta: el `X-D1-Bookmark` de una anterior, o `first-primary` para todo lo escrito hasta ahora. Sin ella puede responder una copia de la base de datos cercana al lector, con unos instantes de retraso.',
  'How new this answer is. Sent with the next call, no answer is older than this one.':
    'Lo reciente que es esta respuesta. Enviado con la siguiente llamada, ninguna respuesta es anterior a esta.',
  'What would serve better. Only where many calls are made that one could replace.':
    'Qué serviría mejor. Solo donde se hacen muchas llamadas que una podría sustituir.',
  'How much of each thing the community may have.': 'Cuánto puede tener la comunidad de cada cosa.',
  'How many API keys, without those that are revoked.': 'Cuántas claves de API, sin contar las revocadas.',
  'How many service IDs.': 'Cuántos ID de servicio.',
  'How many webhook endpoints.': 'Cuántos destinos de webhook.',
  'How many inbound webhooks.': 'Cuántos webhooks entrantes.',
  'How many identifiers an account takes; the first of each kind always has room.':
    'Cuántos identificadores admite una cuenta; el primero de cada tipo siempre cabe.',
  'How many log entries are taken in a day (UTC); deleted ones count.':
    'Cuántas entradas del registro se admiten en un día (UTC); las eliminadas cuentan.',
  'How many sessions may be open at once.': 'Cuántas sesiones pueden estar abiertas a la vez.',
  'A quota of null is its default again.': 'Una cuota nula vuelve a su valor por defecto.',
  'How long after its start a stop without heartbeats is believed.':
    'Hasta cuánto después de su inicio se cree un final sin latidos.',
  'How long a server may be silent before a reset, so that its sessions end at the reset.':
    'Cuánto puede callar un servidor antes de un reinicio para que sus sesiones terminen en el reinicio.',
  'How long each step of the period is.': 'Cuánto dura cada paso del periodo.',
  'How long the attempt took, in milliseconds.': 'Cuánto tardó el intento, en milisegundos.',
  'How many accounts there are in a page, at most.': 'Cuántas cuentas hay en una página, como máximo.',
  'How many accounts to skip.': 'Cuántas cuentas se saltan.',
  'How many are on.': 'Cuántas personas hay.',
  'How many are on now.': 'Cuántas personas hay ahora.',
  'How many calls have come.': 'Cuántas llamadas han llegado.',
  'How many communities live there.': 'Cuántas comunidades viven en ella.',
  'How many devices there may be: there is no limit.': 'Cuántos dispositivos puede haber: no hay límite.',
  'How many entries of its newest roster named nobody.':
    'Cuántas entradas de su lista más reciente no nombraban a nadie.',
  'How many entries there are.': 'Cuántas entradas hay.',
  'How many entries were deleted.': 'Cuántas entradas se borraron.',
  'How many items were not recorded.': 'Cuántos elementos no se anotaron.',
  'How many items were recorded.': 'Cuántos elementos se anotaron.',
  'The table that the row is of.': 'La tabla a la que pertenece la fila.',
  'The lines that stay out, each with its reason.': 'Las líneas que se quedan fuera, cada una con su motivo.',
  'The line of the call, from 1.': 'La línea de la llamada, desde 1.',
  'Of an audit trail that an import brought: the community whose trail it is.':
    'De una pista de auditoría que trajo una importación: la comunidad de la que es.',
  'How many lines were left out, since they are of a kind that is not imported.':
    'Cuántas líneas se dejaron fuera, porque son de una clase que no se importa.',
  'How many messages wait to be sent.': 'Cuántos mensajes esperan a enviarse.',
  'How many other records were looked at.': 'Cuántas otras anotaciones se miraron.',
  'How many records of the trail were looked at.': 'Cuántas anotaciones de la auditoría se miraron.',
  'How many sessions that were.': 'Cuántas sesiones fueron.',
  'How many there are in all.': 'Cuántos hay en total.',
  'How many there are in all, also where the list is cut.':
    'Cuántos hay en total, también cuando la lista se corta.',
  'How many there are in a page, at most.': 'Cuántos elementos hay en una página, como máximo.',
  'How many to skip. All of them are read; `Link` goes on at no such cost.':
    'Cuántas se saltan. Todas se leen; `Link` sigue sin ese coste.',
  'How many totals differ.': 'Cuántos totales difieren.',
  'How many were imported.': 'Cuántas se importaron.',
  'How many were on at once, at most.': 'Cuántas personas había a la vez, como máximo.',
  'How many were on, on average.': 'Cuántas personas había, de media.',
  'How many were refused, each with its reason.': 'Cuántas se rechazaron, cada una con su motivo.',
  'How many were there already.': 'Cuántas estaban ya.',
  'How much is included: everything.': 'Cuánto se incluye: todo.',
  'How often a heartbeat or roster writes a row at most, in seconds; at most a quarter of the timeout counts. An end may be early by as much.':
    'Cada cuánto escribe una fila un latido o una lista, como mucho, en segundos; cuenta un cuarto del límite como máximo. Un final puede adelantarse en lo mismo.',
  'How old `occurredAt` may be in its calls; without it, a day.':
    'La antigüedad que puede tener `occurredAt` en sus llamadas; si no se indica, un día.',
  'How the session was closed; null while it is open.':
    'Cómo se cerró la sesión; null mientras está abierta.',
  'How the signature is written.': 'Cómo se escribe la firma.',
  'How to authenticate, and what is wrong with a bearer token (RFC 6750).':
    'Cómo acreditarse, y qué tiene de malo un token de portador (RFC 6750).',
  'It does. `degraded`: of several databases some do not answer.':
    'Llega. `degraded`: de varias bases de datos, algunas no responden.',
  'The databases that communities live in.': 'Las bases de datos donde viven las comunidades.',
  'How many sessions are open.': 'Cuántas sesiones están abiertas.',
  'The messages of webhooks that wait to be sent.': 'Los mensajes de webhooks que esperan a enviarse.',
  'When the oldest of them was written; null where none waits.':
    'Cuándo se escribió el más antiguo; null si no espera ninguno.',
  'How many endpoints they wait for.': 'A cuántos destinos esperan.',
  'How many endpoints get nothing, because they are disabled.':
    'Cuántos destinos no reciben nada, porque están desactivados.',
  'How many there are, up to 10,000.': 'Cuántos hay, hasta 10.000.',
  'Whether it is exact; else there are more.': 'Si es exacto; si no, hay más.',
  'The number of a database: 0 for `DB`, 1 for `DB_1`. Left out: 0, or any.':
    'El número de una base de datos: 0 para `DB`, 1 para `DB_1`. Si falta: 0, o cualquiera.',
  'Whether it answers.': 'Si responde.',
  'With several databases: the places of those that do not answer.':
    'Con varias bases de datos: los lugares de las que no responden.',
  '`import` where the session was imported as a whole.': '`import` si la sesión se importó entera.',
  'In which form messages are sent.': 'En qué forma se envían los mensajes.',
  'It does not.': 'No llega.',
  'Its id.': 'Su id.',
  'Its identifiers, its own id among them.': 'Sus identificadores, entre ellos su propio id.',
  'Its scopes, with blanks between them.': 'Sus permisos, separados por espacios.',
  'JSON in the form of its sender: an object, or a list of them.':
    'JSON en la forma de su remitente: un objeto, o una lista de ellos.',
  'More about it: texts by name.': 'Más sobre ello: textos por su nombre.',
  'More about it; null where nothing was said.': 'Más sobre ello; null si no se dijo nada.',
  'Not read.': 'No se lee.',
  'Only deliveries with this status.': 'Solo entregas en este estado.',
  'Only entries from then on, in Unix seconds.': 'Solo entradas desde entonces, en segundos Unix.',
  'Only entries of this action type, or of several with commas between them.':
    'Solo entradas de este tipo de acción, o de varios separados por comas.',
  'Only entries of this user.': 'Solo entradas de este usuario.',
  'Only entries up to then, in Unix seconds.': 'Solo entradas hasta entonces, en segundos Unix.',
  'Only entries with a higher id: what is newer than that entry.':
    'Solo entradas con un id mayor: lo que es más nuevo que esa entrada.',
  'Only open sessions, or only closed ones.': 'Solo sesiones abiertas, o solo cerradas.',
  'Only records of this user.': 'Solo anotaciones de este usuario.',
  'Our field.': 'Nuestro campo.',
  'Refused: only the list has it.': 'Se rechaza: solo lo tiene la lista.',
  'Sent to each endpoint of the format `standard` that asks for it. Any 2xx is an answer.':
    'Se envía a cada destino con el formato `standard` que lo pide. Cualquier 2xx es una respuesta.',
  'Since when.': 'Desde cuándo.',
  'Since when nothing is sent; null where messages are.':
    'Desde cuándo no se envía nada; null si se envían mensajes.',
  'Since when rosters have had such entries; null while the newest has none.':
    'Desde cuándo las listas tienen tales entradas; null mientras la más reciente no tenga ninguna.',
  'Start a session, also where one is open: that one is superseded.':
    'Empezar una sesión aunque haya una abierta: esa queda sustituida.',
  'Stop the open session, and start none.': 'Terminar la sesión abierta y no empezar ninguna.',
  Success: 'Éxito',
  'Taken.': 'Recibido.',
  'The account that it becomes a part of.': 'La cuenta de la que pasa a ser parte.',
  'The ADMIN_TOKEN of the installation.': 'El ADMIN_TOKEN de la instalación.',
  'The API key.': 'La clave de API.',
  'The API key. It is shown only here.': 'La clave de API. Se muestra solo aquí.',
  'The body.': 'El cuerpo.',
  'The category of the batch.': 'La categoría del lote.',
  'The community that the credential belongs to.': 'La comunidad a la que pertenece la credencial.',
  'The confirmed time between signs of life close to one another.':
    'El tiempo confirmado entre señales de vida cercanas entre sí.',
  'The `Content-Type` that it is sent with.': 'El `Content-Type` con el que se envía.',
  'The credential of this call.': 'La credencial de esta llamada.',
  'The `cursor` of the next page; null on the last one.':
    'El `cursor` de la página siguiente; null en la última.',
  'The day, as 2026-04-15.': 'El día, como 2026-04-15.',
  'The day of the batch.': 'El día del lote.',
  'The day of the week, 1 (Monday) to 7.': 'El día de la semana, de 1 (lunes) a 7.',
  'The day on which a week begins.': 'El día en que empieza la semana.',
  'The Discord user id, as text. Empty or null is the same as absent.':
    'El id de usuario de Discord, como texto. Vacío o null es lo mismo que ausente.',
  'The Discord user id; null where it is not known.': 'El id de usuario de Discord; null si no se conoce.',
  'The end of the period.': 'El final del periodo.',
  'The end of the period: at most 31 days after `startDate`. An ISO 8601 date-time with an offset.':
    'El final del periodo: 31 días después de `startDate` como máximo. Fecha y hora ISO 8601 con desplazamiento.',
  'The end of the trail. Keep it elsewhere to notice a trail that was written anew.':
    'El final de la auditoría. Guardado en otro lugar, permite notar que se escribió de nuevo.',
  'The entries.': 'Las entradas.',
  'The events that are sent: types, `session.*` and the like, or `*`.':
    'Los sucesos que se envían: tipos, `session.*` y similares, o `*`.',
  'The first failure since the last success; null where there is none.':
    'El primer fallo desde el último éxito; null si no hay ninguno.',
  'The first key, which has every scope.': 'La primera clave, que tiene todos los permisos.',
  'The first KiB of the answer; null where there was none.':
    'El primer KiB de la respuesta; null si no la hubo.',
  'The first place where something does not fit; null where all does.':
    'El primer lugar donde algo no encaja; null si encaja todo.',
  'The grants that there are.': 'Las concesiones que hay.',
  'The hash of the record (SHA-256).': 'El hash de la anotación (SHA-256).',
  'The headers, by name.': 'Las cabeceras, por su nombre.',
  'The header that tells messages apart.': 'La cabecera que distingue los mensajes.',
  'The header that the signature or the token is in.': 'La cabecera en la que va la firma o el token.',
  'The header with the time at which the call was signed.':
    'La cabecera con la hora a la que se firmó la llamada.',
  'The hour, as its start.': 'La hora, por su comienzo.',
  'The hour of the day, 0 to 23.': 'La hora del día, de 0 a 23.',
  'The HTTP status.': 'El estado HTTP.',
  'The HTTP status of a report without records.': 'El estado HTTP de un informe sin anotaciones.',
  'The identifier itself.': 'El identificador mismo.',
  'The identifiers of the call that belong to another account.':
    'Los identificadores de la llamada que son de otra cuenta.',
  'The identifiers that belong to another account, and whose they are.':
    'Los identificadores que son de otra cuenta, y de cuál.',
  'The id of the account, a UUID.': 'El id de la cuenta, un UUID.',
  'The id of the API key.': 'El id de la clave de API.',
  'The id of the closed period.': 'El id del periodo cerrado.',
  'The id of the community.': 'El id de la comunidad.',
  'The id of the correction.': 'El id de la corrección.',
  'The id of the delivery.': 'El id de la entrega.',
  'The id of the entry.': 'El id de la entrada.',
  'The id of the inbound webhook.': 'El id del webhook entrante.',
  'The id of the message, by which a repeat is known.':
    'El id del mensaje, por el que se conoce una repetición.',
  'The id of the message: the same over all tries.': 'El id del mensaje: el mismo en todos los intentos.',
  'The id of the question.': 'El id de la pregunta.',
  'The id of the request. Quote it when you report the error.':
    'El id de la solicitud. Conviene indicarlo al comunicar el error.',
  'The id of the request: the one that it came with, or a new one. Quote it when you report an error.':
    'El id de la solicitud: el que traía, o uno nuevo. Conviene indicarlo al comunicar un error.',
  'The id of the service ID.': 'El id del ID de servicio.',
  'The id of the session.': 'El id de la sesión.',
  'The id of the webhook endpoint.': 'El id del destino de webhook.',
  'The ids, in the order of the call; null where an entry was refused.':
    'Los ids, en el orden de la llamada; null donde se rechazó una entrada.',
  'The ids that the game gives its players.': 'Los ids que el juego da a sus jugadores.',
  'The id that the sender gives the entry. The same one again stores nothing.':
    'El id que el remitente da a la entrada. El mismo otra vez no guarda nada.',
  'The id that the sender gives the event. The same one again changes nothing.':
    'El id que el remitente da al suceso. El mismo otra vez no cambia nada.',
  'The items that were refused, and why.': 'Los elementos que se rechazaron, y por qué.',
  'The jobs that failed.': 'Las tareas que fallaron.',
  'The last sign of life.': 'La última señal de vida.',
  'The latest attempts, and what came back.': 'Los últimos intentos, y lo que se recibió.',
  'The line of the CSV file, from 1.': 'La línea del archivo CSV, desde 1.',
  'The longest silence of a session that never had a heartbeat.':
    'El silencio más largo de una sesión que nunca tuvo un latido.',
  'The longest silence of a session with heartbeats.': 'El silencio más largo de una sesión con latidos.',
  'The month, as 2026-04.': 'El mes, como 2026-04.',
  'The name of that.': 'El nombre de eso.',
  'The name of the file.': 'El nombre del archivo.',
  'The name of the plan.': 'El nombre del plan.',
  'The name of the server; null where it has none.': 'El nombre del servidor; null si no tiene.',
  'The name of today, then former ones, the latest first.':
    'El nombre de hoy y después los anteriores, primero el último.',
  'The newest entry of the device.': 'La entrada más reciente del dispositivo.',
  'The next page, as `<url>; rel="next"`. Absent on the last one.':
    'La página siguiente, como `<url>; rel="next"`. Ausente en la última.',
  'The number of a call whose body is kept.': 'El número de una llamada cuyo cuerpo se guarda.',
  'The number of the call.': 'El número de la llamada.',
  'The number of the record in the trail.': 'El número de la anotación en la auditoría.',
  'The number of the server.': 'El número del servidor.',
  'The number of the server; absent: the next one.': 'El número del servidor; ausente: el siguiente.',
  'The OAuth client id.': 'El id de cliente OAuth.',
  'The OAuth client id, unless it comes in Basic.': 'El id de cliente OAuth, salvo que vaya en Basic.',
  'The OAuth client secret. It is shown only here.': 'El secreto de cliente OAuth. Se muestra solo aquí.',
  'The OAuth client secret, unless it comes in Basic.':
    'El secreto de cliente OAuth, salvo que vaya en Basic.',
  'The order of day and month in dates such as 03/04/2026.':
    'El orden de día y mes en fechas como 03/04/2026.',
  'The order of the list.': 'El orden de la lista.',
  'The origin of this installation.': 'El origen de esta instalación.',
  'The page.': 'La página.',
  'The path of the call.': 'La ruta de la llamada.',
  'The path of the sort of problem; it never changes.': 'La ruta de la clase de problema; no cambia nunca.',
  'The place of the item, from 0.': 'El lugar del elemento, desde 0.',
  'The platform, such as `tiktok`.': 'La plataforma, como `tiktok`.',
  'The query parameter that the token is in.': 'El parámetro de consulta en el que va el token.',
  'The records.': 'Las anotaciones.',
  'The records, oldest first.': 'Las anotaciones, primero la más antigua.',
  'The region whose spreadsheet reads the file: it decides separators and decimals.':
    'La región cuya hoja de cálculo lee el archivo: decide los separadores y los decimales.',
  'The row, by the names of its columns.': 'La fila, por los nombres de sus columnas.',
  'The same as `accName`.': 'Lo mismo que `accName`.',
  'The same, as a text.': 'Lo mismo, como texto.',
  'The same as `time`.': 'Lo mismo que `time`.',
  'The scheduled triggers, with what each noted of its last run.':
    'Los disparadores programados, con lo que cada uno apuntó de su última ejecución.',
  'The scopes that a token can have.': 'Los permisos que puede tener un token.',
  'The secret that signs messages.': 'El secreto que firma los mensajes.',
  'The serial number of the device.': 'El número de serie del dispositivo.',
  'The servers, by number.': 'Los servidores, por número.',
  'The session as it is from then on.': 'La sesión como es desde entonces.',
  'The session as it was.': 'La sesión como era.',
  'The session before a silence that this one goes on from.':
    'La sesión anterior a un silencio que esta continúa.',
  'The sessions that began.': 'Las sesiones que empezaron.',
  'The sessions that began after a silence.': 'Las sesiones que empezaron tras un silencio.',
  'The sessions that ended.': 'Las sesiones que terminaron.',
  'The session that goes on; null where there is none.': 'La sesión que sigue; null si no hay ninguna.',
  'The settings of the community.': 'Los ajustes de la comunidad.',
  'The signatures of the message (Standard Webhooks), with blanks between them.':
    'Las firmas del mensaje (Standard Webhooks), separadas por espacios.',
  'The size of the body in bytes.': 'El tamaño del cuerpo en bytes.',
  'The start of the period. An ISO 8601 date-time with an offset.':
    'El comienzo del periodo. Fecha y hora ISO 8601 con desplazamiento.',
  'The start of the period, included.': 'El comienzo del periodo, incluido.',
  'The text that is sent back.': 'El texto que se devuelve.',
  'The time from the last sight to the end.': 'El tiempo desde la última señal hasta el final.',
  'The time in hours, with two decimals.': 'El tiempo en horas, con dos decimales.',
  'The time in seconds.': 'El tiempo en segundos.',
  'The timestamp (Unix seconds) that a search came to before its page was full. `Link` goes on from there.':
    'El instante (segundos Unix) al que llegó una búsqueda antes de llenar su página. `Link` sigue desde ahí.',
  'The time that is not counted.': 'El tiempo que no se cuenta.',
  'The time until the sessions were last seen.': 'El tiempo hasta que se vieron las sesiones por última vez.',
  'The time, where being on two servers at once counts once.':
    'El tiempo, donde estar en dos servidores a la vez cuenta una vez.',
  'The token, for `Authorization: Bearer`.': 'El token, para `Authorization: Bearer`.',
  'The total of today.': 'El total de hoy.',
  'The totals, as they were when the period was closed.': 'Los totales, como eran al cerrar el periodo.',
  'The totals that differ.': 'Los totales que difieren.',
  'The total that was kept.': 'El total que se guardó.',
  'The type of the event.': 'El tipo del suceso.',
  'The type within the type.': 'El tipo dentro del tipo.',
  'The version of this installation.': 'La versión de esta instalación.',
  'The way a call proves itself.': 'La manera en que se acredita una llamada.',
  'The week, as 2026-W16.': 'La semana, como 2026-W16.',
  'Those that it has.': 'Las que tiene.',
  'Those that it lacks.': 'Las que le faltan.',
  'TwiML that does nothing, for Twilio.': 'TwiML que no hace nada, para Twilio.',
  'Types of activity, separated by commas. A group stands for its members.':
    'Tipos de actividad, separados por comas. Un grupo vale por sus miembros.',
  'Until when the secret before works; null where there is none.':
    'Hasta cuándo vale el secreto anterior; null si no hay ninguno.',
  'Up to when the time is counted.': 'Hasta cuándo se cuenta el tiempo.',
  'What a hub has to send before it subscribes.': 'Lo que tiene que enviar un hub antes de suscribirse.',
  'What a sender wants to have back when it checks the address.':
    'Lo que un remitente quiere recibir cuando comprueba la dirección.',
  'What became of each item, in their order.': 'Qué fue de cada elemento, en su orden.',
  'What became of it.': 'Qué fue de ello.',
  'What became of the call.': 'Qué fue de la llamada.',
  'What became of the message.': 'Qué fue del mensaje.',
  'What became of the sessions.': 'Qué fue de las sesiones.',
  'What category of activity it is.': 'De qué categoría de actividad es.',
  'What does not fit: a record of the audit trail, or a batch of records.':
    'Lo que no encaja: una anotación de la auditoría o un lote de anotaciones.',
  'What happened.': 'Qué ocurrió.',
  'What happened, in a sentence.': 'Qué ocurrió, en una frase.',
  'What happened, in a word.': 'Qué ocurrió, en una palabra.',
  'What is signed: a text with `{body}`, and with `{timestamp}`, `{id}` or `{url}` where those are signed.':
    'Qué se firma: un texto con `{body}` y, si se firman, con `{timestamp}`, `{id}` o `{url}`.',
  'What is wrong with each field.': 'Qué tiene de malo cada campo.',
  'What it is called.': 'Cómo se llama.',
  'What it is for.': 'Para qué es.',
  'What it may do.': 'Qué puede hacer.',
  'What kind it is.': 'De qué clase es.',
  'What sort it is.': 'De qué tipo es.',
  'What sort of identifier it is.': 'De qué tipo es el identificador.',
  'What sort of problem it is.': 'De qué clase es el problema.',
  'What stands before that time.': 'Lo que va delante de esa hora.',
  'What stands before the signature or the token.': 'Lo que va delante de la firma o del token.',
  'What stands between several signatures.': 'Lo que va entre varias firmas.',
  'What the account is called. Empty or null is the same as absent.':
    'Cómo se llama la cuenta. Vacío o null es lo mismo que ausente.',
  'What the account is called; null where it has no name.':
    'Cómo se llama la cuenta; null si no tiene nombre.',
  'What the call asked for.': 'Lo que pidió la llamada.',
  'What the hub proves itself with.': 'Con qué se acredita el hub.',
  'What the hub wants: `subscribe` or `unsubscribe`.': 'Lo que quiere el hub: `subscribe` o `unsubscribe`.',
  'What the mapping found in the body.': 'Lo que el mapping encontró en el cuerpo.',
  'What the row is of.': 'De qué es la fila.',
  'What the same call of `/v2/community` takes. An array with only this object means the same.':
    'Lo que toma la misma llamada de `/v2/community`. Un array con solo este objeto significa lo mismo.',
  'What the sender wants to keep with the session: a JSON object of at most 4 KiB.':
    'Lo que el remitente quiere guardar con la sesión: un objeto JSON de 4 KiB como máximo.',
  'What the service ID is for.': 'Para qué es el ID de servicio.',
  'What the time is totalled by.': 'Por qué se suma el tiempo.',
  'What was decided; null while nobody has.': 'Qué se decidió; null mientras nadie lo haya hecho.',
  'What was done.': 'Qué se hizo.',
  'What was done, such as `post`.': 'Qué se hizo, como `post`.',
  'What was found for each of our fields.': 'Lo que se encontró para cada uno de nuestros campos.',
  'What was noted when the period was closed.': 'Lo que se apuntó al cerrar el periodo.',
  'What was not registered, because another account has it.':
    'Lo que no se registró, porque lo tiene otra cuenta.',
  'What went wrong, in a sentence.': 'Qué ha fallado, en una frase.',
  'What went wrong, in a word that programs can tell.':
    'Qué ha fallado, en una palabra que los programas distinguen.',
  'What went wrong, in a word that programs can tell; 0 is success.':
    'Qué ha fallado, en una palabra que los programas distinguen; 0 es éxito.',
  'When and where the answer was made.': 'Cuándo y dónde se hizo la respuesta.',
  'When it began.': 'Cuándo empezó.',
  'When it ended; absent where it has not, or where that is no question.':
    'Cuándo terminó; ausente si no ha terminado o si no viene al caso.',
  'When it ended; null while it is open.': 'Cuándo terminó; null mientras está abierta.',
  'When it happened.': 'Cuándo ocurrió.',
  'When it happened, if the call comes late.': 'Cuándo ocurrió, si la llamada llega tarde.',
  'When it happened, with its offset.': 'Cuándo ocurrió, con su desplazamiento.',
  'When it last came so.': 'Cuándo llegó así por última vez.',
  'When it ran; null for never.': 'Cuándo se ejecutó; null si nunca.',
  'When it runs.': 'Cuándo se ejecuta.',
  'When its last roster was taken; null where it never sent one.':
    'Cuándo se tomó su última lista; null si nunca envió ninguna.',
  'When its latest session began; null where it has none.':
    'Cuándo empezó su última sesión; null si no tiene ninguna.',
  'When its secret was last replaced; null for never.':
    'Cuándo se cambió su secreto por última vez; null si nunca.',
  'When it stops working; null for never.': 'Cuándo deja de funcionar; null si nunca.',
  'When it was.': 'Cuándo fue.',
  'When it was declared void; null where it counts.': 'Cuándo se anuló; null si cuenta.',
  'When it was done.': 'Cuándo se hizo.',
  'When it was done, in Unix seconds.': 'Cuándo se hizo, en segundos Unix.',
  'When it was done, in Unix seconds; absent means now.':
    'Cuándo se hizo, en segundos Unix; ausente significa ahora.',
  'When it was due; null where it never ran.': 'Cuándo le tocaba; null si no se ha ejecutado nunca.',
  'When it was last used, to the hour; null for never.':
    'Cuándo se usó por última vez, con precisión de una hora; null si nunca.',
  'When it was made.': 'Cuándo se creó.',
  'When something was last sent; null for never.': 'Cuándo se envió algo por última vez; null si nunca.',
  'When that was decided; null while nobody has.': 'Cuándo se decidió; null mientras nadie lo haya hecho.',
  'When the account was made.': 'Cuándo se creó la cuenta.',
  'When the answer was made.': 'Cuándo se hizo la respuesta.',
  'When the attempt was made.': 'Cuándo se hizo el intento.',
  'When the call came.': 'Cuándo llegó la llamada.',
  'When the event happened.': 'Cuándo ocurrió el suceso.',
  'When the period was closed.': 'Cuándo se cerró el periodo.',
  'When the period was opened again; null where it is closed.':
    'Cuándo se reabrió el periodo; null si está cerrado.',
  'When the roster was taken, if the call comes late.': 'Cuándo se tomó la lista, si la llamada llega tarde.',
  'When this try was made, in Unix seconds.': 'Cuándo se hizo este intento, en segundos Unix.',
  'Where a session ends that nobody stopped: where it was last seen, or at its timeout.':
    'Dónde termina una sesión que nadie terminó: donde se la vio por última vez, o en su límite.',
  'Where it is.': 'Dónde está.',
  'Where it is reached.': 'Dónde se le llama.',
  'Where our fields are in the body of the sender; null where it has them as they are.':
    'Dónde están nuestros campos en el cuerpo del remitente; null si los trae tal cual.',
  'Where the field is, with dots.': 'Dónde está el campo, con puntos.',
  'Where the field is, with dots; empty for the body itself.':
    'Dónde está el campo, con puntos; vacío si es el cuerpo mismo.',
  'Where the list goes on: the `nextCursor`, or the `Link`, of the page before.':
    'Dónde sigue la lista: el `nextCursor`, o el `Link`, de la página anterior.',
  'Where this document is shown.': 'Dónde se muestra este documento.',
  'Where tokens come from.': 'De dónde salen los tokens.',
  'Whether an unknown identifier makes an account.': 'Si un identificador desconocido crea una cuenta.',
  'Whether bodies of calls are kept for a day, to send them again.':
    'Si los cuerpos de las llamadas se guardan un día, para volver a enviarlos.',
  'Whether every entry named somebody.': 'Si cada entrada nombraba a alguien.',
  'Whether everything was counted.': 'Si se contó todo.',
  'Whether it is set.': 'Si está puesto.',
  'Whether messages are sent.': 'Si se envían mensajes.',
  'Whether more entries are left: the same call goes on.': 'Si quedan más entradas: la misma llamada sigue.',
  'Whether nobody said when the session ended.': 'Si nadie dijo cuándo terminó la sesión.',
  'Whether nothing is to change: the answer says what would happen.':
    'Si no debe cambiar nada: la respuesta dice lo que ocurriría.',
  'Whether nothing was changed.': 'Si no ha cambiado nada.',
  'Whether servers without a name are listed too.': 'Si también se listan los servidores sin nombre.',
  'Whether somebody has checked that it belongs to the account.':
    'Si alguien ha comprobado que es de la cuenta.',
  'Whether the body is kept.': 'Si se guarda el cuerpo.',
  'Whether the count is exact; else there are at least so many.':
    'Si el recuento es exacto; si no, hay al menos tantas.',
  'Whether the database answers.': 'Si la base de datos responde.',
  'Whether the roster was used: one that is older than the newest is not.':
    'Si la lista se usó: una anterior a la más reciente no se usa.',
  'Whether the session is open.': 'Si la sesión está abierta.',
  'Whether the sessions of the account are deleted too.': 'Si se borran también las sesiones de la cuenta.',
  'Whether the session was open when the period was closed.':
    'Si la sesión estaba abierta al cerrar el periodo.',
  'Whether the totals of today are those that were kept.': 'Si los totales de hoy son los que se guardaron.',
  'Whether this is the answer that the message got the first time.':
    'Si esta es la respuesta que el mensaje recibió la primera vez.',
  'Whether times without any session are listed with 0.':
    'Si los tiempos sin ninguna sesión se listan con 0.',
  'Whether the identifiers of who is on are listed too.':
    'Si también se listan los identificadores de quien está.',
  'Whether void sessions are listed too.': 'Si también se listan las sesiones anuladas.',
  'Whether what was kept is unchanged.': 'Si lo guardado no ha cambiado.',
  'Which migrations the database has.': 'Qué migraciones tiene la base de datos.',
  'Which secrets are set.': 'Qué secretos están puestos.',
  'Which switches of a local run are on.': 'Qué interruptores de una ejecución local están encendidos.',
  'Who closed it.': 'Quién lo cerró.',
  'How many accounts of a roster are left: accept it again. Only where a part is done.':
    'Cuántas cuentas de una lista faltan: acéptela otra vez. Solo donde se ha hecho una parte.',
  'Who decided it; null while nobody has.': 'Quién lo decidió; null mientras nadie lo haya hecho.',
  'Who did it.': 'Quién lo hizo.',
  'Who did it; null where nobody was named.': 'Quién lo hizo; null si no se nombró a nadie.',
  'Who did it: the name of a credential; null where nobody did.':
    'Quién lo hizo: el nombre de una credencial; null si no lo hizo nadie.',
  'Who is there.': 'Quién está.',
  'Who opened it again; null where it is closed.': 'Quién lo reabrió; null si está cerrado.',
  'Why it was done.': 'Por qué se hizo.',
  'Why nothing is sent; null where messages are.': 'Por qué no se envía nada; null si se envían mensajes.',
  'Why the call was refused; null where it was not.': 'Por qué se rechazó la llamada; null si no se rechazó.',
  'Why there was no answer; null where there was one.': 'Por qué no hubo respuesta; null si la hubo.',
  'Why the session was closed; null where nobody had to say.':
    'Por qué se cerró la sesión; null si nadie tuvo que decirlo.',
  'Written metadata.{key}={value}: metadata.job=police':
    'Se escribe metadata.{clave}={valor}: metadata.job=police',
};

/** What the topics and audiences are called: their names are part of the document, these stand beside them. */
export const SPANISH_TAGS: Readonly<Record<string, string>> = {
  'Activity Tracker': 'Seguimiento de actividad',
  'Activity Tracker v1': 'Seguimiento de actividad v1',
  Presence: 'Presencia',
  Corrections: 'Correcciones',
  'Closed periods': 'Periodos cerrados',
  Accounts: 'Cuentas',
  Servers: 'Servidores',
  Access: 'Acceso',
  Webhooks: 'Webhooks',
  'Activity Log': 'Registro de actividad',
  'Account Activity': 'Actividad de la cuenta',
  Administration: 'Administración',
  Health: 'Estado',
  'Game server': 'Servidor de juego',
  Reader: 'Lector',
  Administrator: 'Administrador',
  Operator: 'Operador',
};
