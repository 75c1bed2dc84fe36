/** Columns of JSON: what this code wrote is read by the type it had. */

/** A text that is the JSON of a `T`, as a column has it. A row's type says so of its column. */
export type Json<T> = string & { readonly json?: T };

/** The value of a column of JSON. */
export const fromJson = <T>(text: Json<T>): T => JSON.parse(text);
