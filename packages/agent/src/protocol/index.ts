/** What agent and server say to each other: shapes, signatures, the socket. Both sides import it from here. */
export {
  BATCH_FORMATS,
  type BatchFormat,
  type BatchHead,
  decodeBatch,
  encodeBatch,
  MAX_BATCH,
  MAX_BODY,
  ProtocolError,
  pack,
  unpack,
} from './batch.ts';
export {
  type Command,
  type CommandOutcome,
  isOutcome,
  MOST_COMMAND_MS,
  OUTCOME_STATES,
  REFUSALS,
  type ReadCommand,
  type Refusal,
  readCommand,
  type SignedCommand,
  signCommand,
  signedScript,
  signScript,
} from './commands.ts';
export {
  fingerprintOf,
  type Identity,
  identityPem,
  isPublicKey,
  newIdentity,
  newNonce,
  readIdentity,
  signEnrolment,
  signedEnrolment,
  signedTranscript,
  signTranscript,
  type Transcript,
} from './identity.ts';
export {
  type AgentMessage,
  CLOSE,
  isHeartbeat,
  readAgentMessage,
  readServerMessage,
  type ServerMessage,
} from './messages.ts';
export {
  ACTION_NAMES,
  type ActionName,
  blockable,
  DEFAULT_MINUTES,
  MOST_MINUTES,
  type Order,
  type OrderFault,
  type ProcessRef,
  pathFault,
  type ReadOrder,
  readOrder,
} from './orders.ts';
export {
  type Acceptor,
  acceptor,
  CONNECT_PATH,
  dial,
  ENROL_PATH,
  type Link,
  type Received,
  SUBPROTOCOL,
} from './socket.ts';
export type { AgentWord, ChannelState, Gap, Heartbeat, SourceState, SysmonState } from './words.ts';
