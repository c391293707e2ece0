export {
  type Action,
  type Campaign,
  type CampaignHost,
  type ExpectedEvent,
  type ExpectedFinding,
  type Label,
  ROLES,
  type Role,
  type Step,
  type Words,
} from './campaign/campaign.ts';
