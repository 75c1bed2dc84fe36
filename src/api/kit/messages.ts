import type { FaultCode, FieldIssue } from './fault.ts';

export const LANGUAGES = ['en', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

type Params = Readonly<Record<string, string | number>>;
type Texts<K extends string> = Readonly<Record<Language, Readonly<Record<K, string>>>>;

/** What each fault says. `{name}` is replaced by the parameter of that name. */
export const FAULT_MESSAGES: Texts<FaultCode> = {
  en: {
    malformed_json: 'The request body is not valid JSON.',
    invalid_input: 'The request is not valid.',
    body_too_large: 'The request body is larger than {size}.',
    incomplete_body: 'The request body did not arrive whole.',
    unauthenticated: 'A valid credential is needed: an API key or an access token.',
    missing_scheme: 'The Authorization header has no scheme: write "Bearer " in front of the key.',
    unverified_call:
      'There is no inbound webhook at this address, or the call does not prove that its sender knows the secret.',
    forbidden: 'This credential lacks the scope {scope}.',
    route_not_found: 'There is nothing at this path.',
    not_acceptable: 'This path has no CSV: accept application/json.',
    method_not_allowed: 'This path does not take {method}. It takes {allow}.',
    rate_limited: 'Too many requests; try again in {seconds} s.',
    too_many_large_reads: 'Other large reads are under way; try again in {seconds} s.',
    internal: 'Something went wrong on our side. Give the request id when you report it.',
    unavailable: 'The service is not available right now.',
    database_unavailable: 'The database does not answer right now; try again in {seconds} s.',
    account_not_found: 'There is no account {id} in this community.',
    outlives_credential:
      'This credential expires at {expiresAt}, and what it makes may not live longer. Use one that does not expire.',
    activities_not_found: 'Activities with the specified parameters were not found.',
    api_key_not_found: 'There is no API key {id}.',
    community_not_found: 'There is no community {id}.',
    idempotency_answer_lost:
      'The first call with this Idempotency-Key was carried out, but its answer was lost. Read what it changed; use a new key for another call.',
    idempotency_mismatch:
      'This Idempotency-Key came with another request before. Use a new key for a new request.',
    idempotency_running: 'The first call with this Idempotency-Key is still running. Try again in a moment.',
    name_ambiguous: 'Several accounts are called {id}. Name the account by another identifier.',
    period_closed: 'This would change the period {id}, which is closed until {to}. Reopen it first.',
    period_not_found: 'There is no period {id}.',
    period_overlaps: 'The period {id} is closed until {to}.',
    period_reopened: 'The period {id} has been reopened.',
    question_decided: 'The question {id} has been {decision}.',
    question_not_found: 'There is no question {id}.',
    identifier_not_found: 'The account {id} has no {type} {value}.',
    service_id_not_found: 'There is no service ID {id}.',
    inbound_call_not_kept: 'The body of the call {number} is not kept.',
    inbound_webhook_not_found: 'There is no inbound webhook {id}.',
    invalid_cursor: 'The cursor does not belong to this list.',
    too_many_steps: 'The period has more than {max} steps. Ask for longer steps or for a shorter period.',
    too_many_groups: 'This has more than {max} totals. Ask for a shorter period or for fewer groups.',
    time_closed: 'This would change hours of a closed period.',
    too_many_sessions: 'The period has more than {max} sessions. Ask for shorter periods.',
    session_ends_before_start: 'The session would end before it starts, at {start}.',
    session_not_found: 'There is no session {id}.',
    session_not_continued: 'No session continues the session {id}, so there is nothing to join it with.',
    session_open: 'The session {id} is still open, so it has no clearReason. Give an end too.',
    session_overlaps: 'The session would overlap the session {id} of the same account and server.',
    session_voided: 'The session {id} is void and cannot be corrected.',
    too_many_api_keys: 'A community has at most {max} API keys. Revoke one first.',
    too_many_identifiers: 'An account has at most {max} identifiers.',
    too_many_inbound_webhooks: 'A community has at most {max} inbound webhooks.',
    too_many_log_entries: 'The log takes {max} entries a day; it goes on in {seconds} s, at midnight UTC.',
    too_many_open_sessions: 'A community has at most {max} open sessions at once.',
    too_many_service_ids: 'A community has at most {max} service IDs. Delete one first.',
    too_many_webhook_endpoints: 'A community has at most {max} webhook endpoints.',
    webhook_digest_unfit: 'Only the formats discord and slack can gather events: leave digestSeconds out.',
    webhook_format_unfit: '{host} understands the format {format} only.',
    webhook_delivery_not_found: 'There is no webhook delivery {id}.',
    webhook_endpoint_disabled: 'The webhook endpoint {id} is disabled; enable it first.',
    webhook_endpoint_not_found: 'There is no webhook endpoint {id}.',
    log_entry_not_found: 'There is no log entry {id}.',
    log_second_full: 'The log has no room left in the second {timestamp}: it takes {limit} entries a second.',
  },
  es: {
    malformed_json: 'El cuerpo de la solicitud no es JSON válido.',
    invalid_input: 'La solicitud no es válida.',
    body_too_large: 'El cuerpo de la solicitud supera {size}.',
    incomplete_body: 'El cuerpo de la solicitud no ha llegado completo.',
    unauthenticated: 'Se necesita una credencial válida: una clave de API o un token de acceso.',
    missing_scheme: 'A la cabecera Authorization le falta el esquema: escriba "Bearer " delante de la clave.',
    unverified_call:
      'No hay ningún webhook entrante en esta dirección, o la llamada no prueba que quien la envía conoce el secreto.',
    forbidden: 'A esta credencial le falta el permiso {scope}.',
    route_not_found: 'No hay nada en esta ruta.',
    not_acceptable: 'Esta ruta no tiene CSV: acepte application/json.',
    method_not_allowed: 'Esta ruta no admite {method}. Admite {allow}.',
    rate_limited: 'Demasiadas solicitudes; inténtelo de nuevo en {seconds} s.',
    too_many_large_reads: 'Hay otras consultas grandes en curso; inténtelo de nuevo en {seconds} s.',
    internal: 'Algo ha fallado en el servidor. Indique el identificador de la solicitud al comunicarlo.',
    unavailable: 'El servicio no está disponible en este momento.',
    database_unavailable: 'La base de datos no responde ahora mismo; inténtelo de nuevo en {seconds} s.',
    account_not_found: 'No existe la cuenta {id} en esta comunidad.',
    outlives_credential:
      'Esta credencial caduca el {expiresAt}, y lo que crea no puede durar más. Use una que no caduque.',
    activities_not_found: 'No se han encontrado actividades con los parámetros indicados.',
    api_key_not_found: 'No existe la clave de API {id}.',
    community_not_found: 'No existe la comunidad {id}.',
    idempotency_answer_lost:
      'La primera llamada con este Idempotency-Key se realizó, pero su respuesta se perdió. Lea lo que cambió y use otra clave para otra llamada.',
    idempotency_mismatch:
      'Este Idempotency-Key llegó antes con otra solicitud. Use otra clave para otra solicitud.',
    idempotency_running:
      'La primera llamada con este Idempotency-Key sigue en curso. Inténtelo de nuevo en un momento.',
    name_ambiguous: 'Varias cuentas se llaman {id}. Nombre la cuenta con otro identificador.',
    period_closed: 'Esto cambiaría el periodo {id}, cerrado hasta {to}. Reábralo primero.',
    period_not_found: 'No existe el periodo {id}.',
    period_overlaps: 'El periodo {id} está cerrado hasta {to}.',
    period_reopened: 'El periodo {id} se ha reabierto.',
    question_decided: 'La pregunta {id} ya está decidida: {decision}.',
    question_not_found: 'No existe la pregunta {id}.',
    identifier_not_found: 'La cuenta {id} no tiene {type} {value}.',
    service_id_not_found: 'No existe el ID de servicio {id}.',
    inbound_call_not_kept: 'No se guarda el cuerpo de la llamada {number}.',
    inbound_webhook_not_found: 'No existe el webhook entrante {id}.',
    invalid_cursor: 'El cursor no pertenece a esta lista.',
    too_many_steps: 'El periodo tiene más de {max} pasos. Pida pasos más largos o un periodo más corto.',
    too_many_groups: 'Hay más de {max} totales. Pida un periodo más corto o menos grupos.',
    time_closed: 'Esto cambiaría horas de un periodo cerrado.',
    too_many_sessions: 'El periodo tiene más de {max} sesiones. Pida periodos más cortos.',
    session_ends_before_start: 'La sesión terminaría antes de su inicio, {start}.',
    session_not_found: 'No existe la sesión {id}.',
    session_not_continued: 'Ninguna sesión continúa la sesión {id}, así que no hay con qué unirla.',
    session_open: 'La sesión {id} sigue abierta, así que no tiene clearReason. Indique también un end.',
    session_overlaps: 'La sesión se solaparía con la sesión {id} de la misma cuenta y servidor.',
    session_voided: 'La sesión {id} está anulada y no puede corregirse.',
    too_many_api_keys: 'Una comunidad tiene como máximo {max} claves de API. Revoque antes una.',
    too_many_identifiers: 'Una cuenta tiene como máximo {max} identificadores.',
    too_many_inbound_webhooks: 'Una comunidad tiene como máximo {max} webhooks entrantes.',
    too_many_log_entries:
      'El registro admite {max} entradas al día; sigue dentro de {seconds} s, a medianoche UTC.',
    too_many_open_sessions: 'Una comunidad tiene como máximo {max} sesiones abiertas a la vez.',
    too_many_service_ids: 'Una comunidad tiene como máximo {max} ID de servicio. Elimine antes uno.',
    too_many_webhook_endpoints: 'Una comunidad tiene como máximo {max} destinos de webhook.',
    webhook_digest_unfit: 'Solo los formatos discord y slack pueden agrupar eventos: omita digestSeconds.',
    webhook_format_unfit: '{host} solo entiende el formato {format}.',
    webhook_delivery_not_found: 'No existe la entrega de webhook {id}.',
    webhook_endpoint_disabled: 'El destino de webhook {id} está desactivado; actívelo primero.',
    webhook_endpoint_not_found: 'No existe el destino de webhook {id}.',
    log_entry_not_found: 'No existe el registro {id}.',
    log_second_full: 'No caben más registros en el segundo {timestamp}: cada segundo admite {limit}.',
  },
};

/** What is wrong with a field. `{0}`, `{1}` are the parameters behind the key: `between:1:100`. */
const FIELD_TEXTS = {
  en: {
    required: 'is required',
    type: 'must be of type {0}',
    object: 'must be a JSON object',
    object_or_one: 'must be a JSON object, or an array with one',
    one_of: 'must be one of {0}',
    between: 'must be an integer from {0} to {1}',
    at_least: 'must be an integer of at least {0}',
    length: 'must have {0} to {1} characters',
    max_length: 'must have at most {0} characters',
    count: 'must have {0} to {1} items',
    well_formed: 'must not contain NUL characters or unpaired surrogates',
    uuid: 'must be a UUID (8-4-4-4-12 hexadecimal digits)',
    integer_or_text: 'must be a string, or an integer from {0} to {1}',
    identifier: 'must name the account by one of accId, apiId, discord, uniqueId, username',
    json_size: 'must be a JSON object of at most {0} bytes',
    json_depth: 'must be nested at most {0} levels deep',
    activity_only: 'must be activity; clock-ins are not tracked',
    exclusive: 'cannot be combined with {0}',
    once: 'must be given only once',
    bookmark: 'must be first-primary, or a bookmark that came with an earlier answer',
    exactly_one: 'must have exactly one of {0}',
    another_account: 'must be a different account',
    unknown: 'is unknown; known are {0}',
    no_parameters: 'is unknown; this call takes no query parameters',
    not_empty: 'must not be empty in a deletion',
    not_counted: 'cannot be counted; the list has it',
    no_filter: 'is not a filter here; this call deletes everything',
    import_time: 'must be a date-time such as 2026-04-15T18:00:00Z, or 2026-04-15 18:00 in the time zone',
    date_order: 'must be written 2026-04-15, or dates=dmy or dates=mdy must say the order of day and month',
    time_skipped: 'is a time that the clocks of {0} skip; give an offset',
    time_twice: 'is a time that comes twice in {0}; give an offset',
    csv_quote: 'has a quotation mark in line {0} that is not closed',
    csv_lines: 'must have a line with the columns and 1 to {0} lines of sessions',
    csv_cells: 'has {0} cells, and there are {1} columns',
    csv_utf8: 'has characters that are not UTF-8; save the file as UTF-8',
    csv_column: 'is no column of an import; those are {0}',
    csv_missing: 'is a column that is missing; known are {0}',
    locale: 'must be a language and region, such as es-ES',
    grouping: 'must be one or two different ones of {0}, with a comma between',
    metadata_filter:
      'must be metadata.key=value: a key of 1 to 64 characters without quotes, and a value of at most 256',
    only_with: 'needs {0}',
    day_or_instant: 'must be a day, such as 2026-11-16, or an ISO 8601 date-time with an offset',
    no_such_day: 'is a day that the calendar of {0} does not have',
    timezone: 'must be an IANA time zone, such as Europe/Madrid',
    instant: 'must be an ISO 8601 date-time with an offset, such as 2026-04-15T00:00:00Z',
    future: 'must be in the future',
    unix_seconds:
      'must be Unix seconds: an integer from {0} to {1} (milliseconds have to be divided by 1000)',
    whole_seconds: 'must be whole Unix seconds, without a fraction: round {0} to an integer',
    after: 'must be after {0}',
    not_before: 'must not be before {0}',
    period: 'must be at most {0} days after {1}',
    types: 'must be a comma-separated list of {0}',
    reserved: 'must not have a property named {0}',
    not_future: 'must not be in the future',
    some_of: 'must have at least one of {0}',
    recent: 'must be at most {0} hours ago and at most 60 seconds ahead',
    cursor: 'is not a cursor of this list',
    url: 'must be an absolute URL',
    https_url: 'must be an https URL',
    url_userinfo: 'must not carry a user name or a password',
    url_port: 'must use port 443 or 8443',
    own_hook: 'must not be an inbound webhook of this installation: each event would cause the next',
    public_host: 'must name a public host; private, loopback, link-local and reserved addresses are refused',
    header_name: 'must be the name of an HTTP header',
    json_pointer: 'must be a JSON Pointer (RFC 6901), such as /repo/name',
    source:
      'must be a JSON Pointer, or an object with one of pointer, root, header, const, first, and with values and default where wanted',
    condition:
      'must be a source with one of equals, in, exists, or {"not": condition}, or a list of conditions',
    base64_secret: 'must be whsec_ and 24 to 64 bytes in base64',
    text_secret: 'must have 16 to 256 printable ASCII characters and no space',
    call_missing: 'is missing from the call',
    call_seconds: 'is not a Unix time in seconds',
    call_too_old: 'is more than {0} s old',
    call_too_new: 'is more than {0} s ahead',
    call_signature: 'does not match the body and the secret',
    call_token: 'is not the secret',
    call_items: 'points to no list in the body',
    call_no_items: 'has no items',
    call_left_out: 'leaves this out',
    call_handshake: 'is only a test of the address',
    public_key: 'must be a public key: 64 hexadecimal digits',
    signed_text:
      'must have {body}, and of {timestamp}, {id} and {url} only those that the call has a header for',
  },
  es: {
    required: 'es obligatorio',
    type: 'debe ser de tipo {0}',
    object: 'debe ser un objeto JSON',
    object_or_one: 'debe ser un objeto JSON, o un array con uno',
    one_of: 'debe ser uno de {0}',
    between: 'debe ser un entero de {0} a {1}',
    at_least: 'debe ser un entero de al menos {0}',
    length: 'debe tener de {0} a {1} caracteres',
    max_length: 'debe tener como máximo {0} caracteres',
    count: 'debe tener de {0} a {1} elementos',
    well_formed: 'no debe contener caracteres NUL ni sustitutos sin pareja',
    uuid: 'debe ser un UUID (8-4-4-4-12 dígitos hexadecimales)',
    integer_or_text: 'debe ser una cadena o un entero de {0} a {1}',
    identifier: 'debe nombrar la cuenta con uno de accId, apiId, discord, uniqueId, username',
    json_size: 'debe ser un objeto JSON de {0} bytes como máximo',
    json_depth: 'debe tener como máximo {0} niveles de anidamiento',
    activity_only: 'debe ser activity; los fichajes no se registran',
    exclusive: 'no puede combinarse con {0}',
    once: 'debe indicarse una sola vez',
    bookmark: 'debe ser first-primary o un marcador que llegó con una respuesta anterior',
    exactly_one: 'debe tener exactamente uno de {0}',
    another_account: 'debe ser una cuenta distinta',
    unknown: 'es desconocido; se conocen {0}',
    no_parameters: 'es desconocido; esta llamada no admite parámetros de consulta',
    not_empty: 'no debe estar vacío al borrar',
    not_counted: 'no se puede contar; la lista lo tiene',
    no_filter: 'no es un filtro aquí; esta llamada lo borra todo',
    import_time: 'debe ser una fecha y hora como 2026-04-15T18:00:00Z, o 2026-04-15 18:00 en la zona horaria',
    date_order: 'debe escribirse 2026-04-15, o dates=dmy o dates=mdy debe decir el orden de día y mes',
    time_skipped: 'es una hora que los relojes de {0} se saltan; indique un desplazamiento',
    time_twice: 'es una hora que se repite en {0}; indique un desplazamiento',
    csv_quote: 'tiene en la línea {0} unas comillas que no se cierran',
    csv_lines: 'debe tener una línea con las columnas y de 1 a {0} líneas de sesiones',
    csv_cells: 'tiene {0} celdas, y hay {1} columnas',
    csv_utf8: 'tiene caracteres que no son UTF-8; guarde el archivo como UTF-8',
    csv_column: 'no es una columna de una importación; son {0}',
    csv_missing: 'es una columna que falta; se conocen {0}',
    locale: 'debe ser un idioma y región, como es-ES',
    grouping: 'debe ser uno o dos distintos de {0}, separados por una coma',
    metadata_filter:
      'debe ser metadata.clave=valor: una clave de 1 a 64 caracteres sin comillas y un valor de 256 como máximo',
    only_with: 'necesita {0}',
    day_or_instant: 'debe ser un día, como 2026-11-16, o una fecha y hora ISO 8601 con desplazamiento',
    no_such_day: 'es un día que no existe en el calendario de {0}',
    timezone: 'debe ser una zona horaria IANA, como Europe/Madrid',
    instant: 'debe ser una fecha y hora ISO 8601 con desplazamiento, como 2026-04-15T00:00:00Z',
    future: 'debe estar en el futuro',
    unix_seconds:
      'debe indicar segundos Unix: un entero de {0} a {1} (los milisegundos se dividen entre 1000)',
    whole_seconds: 'debe indicar segundos Unix enteros, sin decimales: redondee {0} a un entero',
    after: 'debe ser posterior a {0}',
    not_before: 'no debe ser anterior a {0}',
    period: 'debe ser como máximo {0} días posterior a {1}',
    types: 'debe ser una lista separada por comas de {0}',
    reserved: 'no debe tener una propiedad llamada {0}',
    not_future: 'no debe estar en el futuro',
    some_of: 'debe tener al menos uno de {0}',
    recent: 'debe ser de hace {0} horas como máximo y estar como máximo 60 segundos en el futuro',
    cursor: 'no es un cursor de esta lista',
    url: 'debe ser una URL absoluta',
    https_url: 'debe ser una URL https',
    url_userinfo: 'no debe llevar nombre de usuario ni contraseña',
    url_port: 'debe usar el puerto 443 u 8443',
    own_hook: 'no debe ser un webhook entrante de esta instalación: cada evento causaría el siguiente',
    public_host:
      'debe nombrar un host público; se rechazan direcciones privadas, de bucle local, de enlace local y reservadas',
    header_name: 'debe ser el nombre de una cabecera HTTP',
    json_pointer: 'debe ser un JSON Pointer (RFC 6901), como /repo/name',
    source:
      'debe ser un JSON Pointer, o un objeto con uno de pointer, root, header, const, first, y con values y default si hacen falta',
    condition:
      'debe ser un origen con uno de equals, in, exists, o {"not": condición}, o una lista de condiciones',
    base64_secret: 'debe ser whsec_ y de 24 a 64 bytes en base64',
    text_secret: 'debe tener de 16 a 256 caracteres ASCII imprimibles y ningún espacio',
    call_missing: 'falta en la llamada',
    call_seconds: 'no es un tiempo Unix en segundos',
    call_too_old: 'tiene más de {0} s de antigüedad',
    call_too_new: 'está más de {0} s en el futuro',
    call_signature: 'no corresponde al cuerpo y al secreto',
    call_token: 'no es el secreto',
    call_items: 'no apunta a ninguna lista del cuerpo',
    call_no_items: 'no tiene elementos',
    call_left_out: 'deja esto fuera',
    call_handshake: 'es solo una prueba de la dirección',
    public_key: 'debe ser una clave pública: 64 dígitos hexadecimales',
    signed_text:
      'debe tener {body}, y de {timestamp}, {id} y {url} solo los que la llamada trae en una cabecera',
  },
} as const;

export type FieldMessage = keyof (typeof FIELD_TEXTS)['en'];

/** Checked to be complete in every language by the compiler and by a test. */
export const FIELD_MESSAGES: Texts<FieldMessage> = FIELD_TEXTS;

const fill = (text: string, params: Params): string =>
  text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));

/** A field message with its parameters, to be rendered in the caller's language: `fieldMessage('between', 1, 100)`. */
export const fieldMessage = (key: FieldMessage, ...params: (string | number)[]): string =>
  [key, ...params.map((param) => encodeURIComponent(param))].join(':');

/** Whether a text was made by `fieldMessage` (and so is not a library's own English). */
export const isFieldMessage = (message: string): boolean => isFieldKey(message.split(':', 1)[0] ?? '');

const isFieldKey = (key: string): key is FieldMessage => Object.hasOwn(FIELD_MESSAGES.en, key);

/** `limit must be an integer from 1 to 100`, in the given language. */
export const renderIssue = (issue: FieldIssue, language: Language): { path: string; message: string } => {
  const [key = '', ...params] = issue.message.split(':').map(decodeURIComponent);
  // What fieldMessage has not made is a text already.
  const text = isFieldKey(key) ? FIELD_MESSAGES[language][key] : issue.message;
  return { path: issue.path, message: fill(text, Object.fromEntries(params.entries())) };
};

/** The sentence for a fault: of its first field, where it has one. */
export const renderFault = (
  code: FaultCode,
  params: Params,
  issues: readonly FieldIssue[],
  language: Language,
): string => {
  const [first] = issues;
  if (!first) return fill(FAULT_MESSAGES[language][code], params);
  const { path, message } = renderIssue(first, language);
  const subject = path || { en: 'The request body', es: 'El cuerpo de la solicitud' }[language];
  return `${subject} ${message}.`;
};
