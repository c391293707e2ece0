export { anomaly } from './anomaly/anomaly.ts';
export { sigma } from './sigma/sigma.ts';
