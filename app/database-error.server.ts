/** The database cannot be used; the message says why and what to do, without a password. */
export class DatabaseError extends Error {
  readonly code = "database";
}
