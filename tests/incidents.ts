/** Incidents from a few facts, for the tests of rooms that tell of them. */
export { madeIncident } from '../packages/haetae/src/incident/testing/incident.ts';
