/**
 * The subcategories of Windows' advanced audit policy and the Security events that each writes.
 * Sources: [MS-GPAC] 2.2.1.2 "Subcategory and SubcategoryGUID" (learn.microsoft.com/openspecs/windows_protocols/ms-gpac);
 * learn.microsoft.com/windows/security/threat-protection/auditing/advanced-security-audit-policy-settings and the page of each
 * subcategory below it. Names are those of an English Windows; the GUID is the same in every language.
 */
export interface Subcategory {
  readonly category: string;
  readonly name: string;
  /** The last two hexadecimal digits of the first group of the GUID: all others are the same. */
  readonly guid: string;
  readonly eventIds: readonly number[];
  /** Also, or only, failures are worth recording: what to write after the subcategory in auditpol. */
  readonly outcome: 'success' | 'failure' | 'both';
  /** Nothing is written until an auditing entry (SACL) stands on the objects to be watched. */
  readonly sacl?: string;
}

const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

const row = (
  category: string,
  guid: string,
  name: string,
  eventIds: readonly number[],
  outcome: Subcategory['outcome'] = 'success',
  sacl?: string,
): Subcategory => ({ category, name, guid, eventIds, outcome, ...(sacl !== undefined && { sacl }) });

const FILES = 'the files and folders to be watched (Properties, Security, Advanced, Auditing)';
const KEYS = 'the registry keys to be watched (regedit, Permissions, Advanced, Auditing)';
const DIRECTORY = 'the directory objects to be watched (Active Directory Users and Computers, Advanced, Auditing)';

export const SUBCATEGORIES: readonly Subcategory[] = [
  row('System', '10', 'Security State Change', [4608, 4609, 4616, 4621]),
  row('System', '11', 'Security System Extension', [4610, 4611, 4614, 4622, 4697]),
  row(
    'System',
    '12',
    'System Integrity',
    [4612, 4615, 4618, 4816, 5038, 5056, 5057, 5060, 5061, 5062, 6281, 6410],
    'both',
  ),
  row('System', '13', 'IPsec Driver', [...range(4960, 4963), 4965, ...range(5478, 5485)], 'both'),
  row(
    'System',
    '14',
    'Other System Events',
    [5024, 5025, ...range(5027, 5030), ...range(5032, 5037), 5058, 5059, ...range(6400, 6409)],
    'both',
  ),
  row('Logon/Logoff', '15', 'Logon', [4624, 4625, 4648, 4675], 'both'),
  row('Logon/Logoff', '16', 'Logoff', [4634, 4647]),
  row('Logon/Logoff', '17', 'Account Lockout', [4625], 'failure'),
  row('Logon/Logoff', '18', 'IPsec Main Mode', [4646, ...range(4650, 4653), 4655, 4976, 5049, 5453], 'both'),
  row('Logon/Logoff', '19', 'IPsec Quick Mode', [4977, 5451, 5452], 'both'),
  row('Logon/Logoff', '1A', 'IPsec Extended Mode', [...range(4978, 4984)], 'both'),
  row('Logon/Logoff', '1B', 'Special Logon', [4672, 4964]),
  row(
    'Logon/Logoff',
    '1C',
    'Other Logon/Logoff Events',
    [4649, 4778, 4779, 4800, 4801, 4802, 4803, 4825, 5378, 5632, 5633],
    'both',
  ),
  row('Logon/Logoff', '43', 'Network Policy Server', range(6272, 6280), 'both'),
  row('Logon/Logoff', '47', 'User / Device Claims', [4626]),
  row('Logon/Logoff', '49', 'Group Membership', [4627]),
  row('Object Access', '1D', 'File System', [4656, 4658, 4659, 4660, 4663, 4664, 4670, 4985, 5051], 'both', FILES),
  row('Object Access', '1E', 'Registry', [4656, 4657, 4658, 4659, 4660, 4663, 4670, 5039], 'both', KEYS),
  row('Object Access', '1F', 'Kernel Object', [4656, 4658, 4659, 4660, 4663], 'both'),
  row('Object Access', '20', 'SAM', [4661], 'both'),
  row('Object Access', '21', 'Certification Services', range(4868, 4900), 'both'),
  row('Object Access', '22', 'Application Generated', range(4665, 4668), 'both'),
  row('Object Access', '23', 'Handle Manipulation', [4656, 4658, 4690]),
  row('Object Access', '24', 'File Share', [5140, 5142, 5143, 5144, 5168], 'both'),
  row('Object Access', '25', 'Filtering Platform Packet Drop', [5152, 5153], 'failure'),
  row(
    'Object Access',
    '26',
    'Filtering Platform Connection',
    [5031, 5150, 5151, 5154, 5155, 5156, 5157, 5158, 5159],
    'both',
  ),
  row(
    'Object Access',
    '27',
    'Other Object Access Events',
    [4671, 4691, ...range(4698, 4702), 5148, 5149, 5888, 5889, 5890],
    'both',
  ),
  row('Object Access', '44', 'Detailed File Share', [5145], 'both'),
  row('Object Access', '45', 'Removable Storage', [4656, 4658, 4663], 'both'),
  row('Object Access', '46', 'Central Policy Staging', [4818]),
  row('Privilege Use', '28', 'Sensitive Privilege Use', [4673, 4674, 4985], 'both'),
  row('Privilege Use', '29', 'Non Sensitive Privilege Use', [4673, 4674, 4985], 'both'),
  row('Privilege Use', '2A', 'Other Privilege Use Events', [4985]),
  row('Detailed Tracking', '2B', 'Process Creation', [4688, 4696]),
  row('Detailed Tracking', '2C', 'Process Termination', [4689]),
  row('Detailed Tracking', '2D', 'DPAPI Activity', range(4692, 4695), 'both'),
  row('Detailed Tracking', '2E', 'RPC Events', [5712], 'both'),
  row('Detailed Tracking', '48', 'Plug and Play Events', [6416, ...range(6419, 6424)]),
  row('Detailed Tracking', '4A', 'Token Right Adjusted Events', [4703]),
  row('Policy Change', '2F', 'Audit Policy Change', [4715, 4719, 4817, 4902, 4904, 4905, 4906, 4907, 4908, 4912]),
  row('Policy Change', '30', 'Authentication Policy Change', [
    4670,
    4706,
    4707,
    4713,
    4716,
    4717,
    4718,
    4739,
    ...range(4864, 4867),
  ]),
  row('Policy Change', '31', 'Authorization Policy Change', [4703, 4704, 4705, 4670, 4911, 4913]),
  row('Policy Change', '32', 'MPSSVC Rule-Level Policy Change', [...range(4944, 4954), 4956, 4957, 4958], 'both'),
  row(
    'Policy Change',
    '33',
    'Filtering Platform Policy Change',
    [
      ...range(4709, 4712),
      ...range(5040, 5048),
      ...range(5440, 5444),
      5446,
      5448,
      5449,
      5450,
      ...range(5456, 5468),
      ...range(5471, 5474),
      5477,
    ],
    'both',
  ),
  row(
    'Policy Change',
    '34',
    'Other Policy Change Events',
    [4714, 4819, 4826, 4909, 4910, ...range(5063, 5070), 5447, 6144, 6145],
    'both',
  ),
  row(
    'Account Management',
    '35',
    'User Account Management',
    [
      4720,
      ...range(4722, 4726),
      4738,
      4740,
      4765,
      4766,
      4767,
      4780,
      4781,
      4794,
      4798,
      5376,
      5377,
      ...range(5379, 5382),
    ],
    'both',
  ),
  row('Account Management', '36', 'Computer Account Management', [4741, 4742, 4743]),
  row('Account Management', '37', 'Security Group Management', [
    ...range(4727, 4735),
    4737,
    ...range(4754, 4758),
    4764,
    4799,
  ]),
  row('Account Management', '38', 'Distribution Group Management', [...range(4744, 4753), ...range(4759, 4763)]),
  row('Account Management', '39', 'Application Group Management', range(4783, 4792)),
  row('Account Management', '3A', 'Other Account Management Events', [4782, 4793]),
  row('DS Access', '3B', 'Directory Service Access', [4661, 4662], 'both', DIRECTORY),
  row('DS Access', '3C', 'Directory Service Changes', [...range(5136, 5139), 5141], 'success', DIRECTORY),
  row('DS Access', '3D', 'Directory Service Replication', [4932, 4933], 'both'),
  row(
    'DS Access',
    '3E',
    'Detailed Directory Service Replication',
    [...range(4928, 4931), ...range(4934, 4937)],
    'both',
  ),
  row('Account Logon', '3F', 'Credential Validation', range(4774, 4777), 'both'),
  row('Account Logon', '40', 'Kerberos Service Ticket Operations', [4769, 4770, 4773, 4821], 'both'),
  row('Account Logon', '41', 'Other Account Logon Events', []),
  row('Account Logon', '42', 'Kerberos Authentication Service', [4768, 4771, 4772, 4820, 4824], 'both'),
];

/** Written whatever the policy is: the log itself. */
export const ALWAYS_LOGGED: readonly number[] = [1100, 1101, 1102, 1104, 1105, 1108];

/** The subcategories that write an event, the one to begin with first; [] for an event that no policy governs. */
export function subcategoriesOf(eventId: number): readonly Subcategory[] {
  return SUBCATEGORIES.filter(({ eventIds }) => eventIds.includes(eventId));
}

/** `{0CCE922B-69AE-11D9-BED3-505054503030}` */
export const guidOf = ({ guid }: Subcategory): string => `{0CCE92${guid}-69AE-11D9-BED3-505054503030}`;

/** The command that turns it on, by GUID so that it works in every language; undone by `disable` in place of `enable`. */
export function auditpol(subcategory: Subcategory): string {
  const { outcome } = subcategory;
  const what = outcome === 'both' ? '/success:enable /failure:enable' : `/${outcome}:enable`;
  return `auditpol /set /subcategory:"${guidOf(subcategory)}" ${what}`;
}
