/** Who acted: the block most Security events begin with. */
export const SUBJECT = {
  SubjectUserSid: 'sid',
  SubjectUserName: 'text',
  SubjectDomainName: 'text',
  SubjectLogonId: 'hex',
} as const;
