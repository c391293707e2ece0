/** Incidents to people: messages, routes, and an outbox that loses none. What goes out is written down before. */
export type { Attachment, Connect, Post, World } from './channels/channel.ts';
export { CHANNELS } from './channels/registry.ts';
export type { ChannelConfig, NotifyConfig, NotifyFault, NotifyProblem } from './config/config.ts';
export { readNotify } from './config/read.ts';
export { withSecrets } from './config/secrets.ts';
export { offText } from './message/off.ts';
export { noticeMessage } from './message/render.ts';
export { buttonKey, readSecret, systemClock, worldOf, worldThrough } from './node.ts';
export { type ChannelStatus, type Notifier, type NotifierParts, notifier } from './notifier.ts';
export { openChannel } from './open.ts';
export type { Clock } from './outbox/outbox.ts';
export type { Proposal, Responses } from './responses.ts';
