export { sigma } from './sigma/sigma.ts';
