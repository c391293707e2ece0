export { AGENT_RULES, type AgentRule } from './rules.ts';
export { type AgentWatch, createAgentWatch, type SavedWatch, WATCH_LIMITS, type WatchLimits } from './watch.ts';
