/**
 * SQL: takes the first rows along the index that has them in the order that is asked for. PostgreSQL
 * knows nothing of a shop's size (docs/decisions/0052): were it to see the number, it would take all of
 * a large shop for as many rows, read them all and sort them.
 *
 * @param count how many: a number, or a parameter such as `$2`
 */
export function firstRows(count: number | `$${number}`): string {
  return `LIMIT (SELECT ${count}::int)`;
}
