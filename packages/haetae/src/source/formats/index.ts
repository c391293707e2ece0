export { evtx } from './evtx/evtx.ts';
