export { email } from './email/email.ts';
export { jandi } from './jandi/jandi.ts';
export { naverWorks } from './naver-works/naver-works.ts';
export { slack } from './slack/slack.ts';
export { slackWebhook } from './slack-webhook/slack-webhook.ts';
export { syslog } from './syslog/syslog.ts';
export { teams } from './teams/teams.ts';
export { webhook } from './webhook/webhook.ts';
