/** The first row of a query's answer, if it has one. */
export function firstRow<Row extends Record<string, SqlStorageValue>>(
  sql: SqlStorage,
  query: string,
  ...bindings: SqlStorageValue[]
): Row | undefined {
  return sql.exec<Row>(query, ...bindings).toArray()[0];
}
