export { type AgentLine, type AgentOptions, type AgentStatus, runAgent } from './agent.ts';
export { EXIT, type Io, main } from './cli.ts';
export { type AgentConfig, readConfig, WINDOWS_CHANNELS } from './config.ts';
export { VERSION } from './version.ts';
