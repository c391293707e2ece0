/** Signs requests to a bucket of events, where events are kept in one. */
export { AwsClient } from 'aws4fetch';
/** The driver, in the version that Haetae was tried with. What is said to the database stands in Haetae's store. */
export {
  default as connect,
  type PendingQuery,
  type ReservedSql,
  type Row,
  type Sql,
  type TransactionSql,
} from 'postgres';
