/** Whether campaigns do what they say: they are read, played without background, and every expected event must be there. */
import { unseen } from '../emit.ts';
import { PlayError } from '../telemetry/play.ts';
import type { Campaign } from './campaign.ts';
import { type CampaignBook, type CampaignFile, type CampaignProblem, readCampaigns } from './read.ts';

export {
  type CampaignBook,
  type CampaignFault,
  type CampaignFile,
  type CampaignProblem,
  readCampaigns,
} from './read.ts';

export function checkCampaigns(files: readonly CampaignFile[]): CampaignBook {
  const { campaigns, problems } = readCampaigns(files);
  const played = campaigns.map((campaign) => ({ campaign, faults: faultsOf(campaign) }));
  return {
    campaigns: played.filter(({ faults }) => faults.length === 0).map(({ campaign }) => campaign),
    problems: [...problems, ...played.flatMap(({ faults }) => faults)],
  };
}

function faultsOf(campaign: Campaign): CampaignProblem[] {
  const { file } = campaign;
  try {
    return unseen(campaign).map(({ step, expected }) => {
      const fields = Object.entries(expected.fields).map(([name, value]) => ` ${name}: ${value}`);
      const about = `${step.id}: ${expected.channel} ${expected.eventId}${fields.join(',')}`;
      return { file, line: step.actions[0]?.line ?? 1, column: 1, code: 'not-seen', about };
    });
  } catch (error) {
    if (!(error instanceof PlayError)) throw error;
    return [
      {
        file,
        line: error.line,
        column: 1,
        code: 'cannot-play',
        about: error.message.replace(`${file}:${error.line}: `, ''),
      },
    ];
  }
}
