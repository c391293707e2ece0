/** The client, in the version that Haetae was tried with. What is written, and when, stands in Haetae's sink. */
export { Client, type ClientOptions, errors } from '@opensearch-project/opensearch';
