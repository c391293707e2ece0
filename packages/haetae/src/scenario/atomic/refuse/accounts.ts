/** Accounts by which somebody gets in when nobody else can, and whoever this is run by. */
const LAST =
  /^(?:root|administrator|admin|관리자|\*|s-1-5-(?:\*|21-\S*)-?500|%username%|\$env:username|\$\{env:username\}|\$user|\$\{user\}|\$logname|\$\(?whoami\)?|\$_(?:\.name)?|whoami|\$)$/;

/** Whether words (in lower case) take the last account's way in: locked, disabled, removed, of another password, no administrator any more. */
export function accountHarm(program: string, words: readonly string[]): boolean {
  const names = words.filter((word) => !/^[-/]/.test(word));
  const last = words.some((word) => LAST.test(bare(word)));
  switch (program) {
    case 'passwd':
      return last ? !words.some((word) => /^-(?:s|-status)$/.test(word)) : names.length === 0 && words.some(locks);
    case 'usermod':
      return (
        last && (words.some(locks) || words.some((word) => /^(?:-e|--expiredate|-s|--shell|-p|--password)/.test(word)))
      );
    case 'chage':
      return last && words.some((word) => /^(?:-e|--expiredate|-i|--inactive)/.test(word));
    case 'chsh':
      return last && words.some((word) => /nologin|false/.test(word));
    case 'userdel':
    case 'deluser':
    case 'remove-localuser':
    case 'rlu':
      return last || names.length === 0;
    case 'disable-localuser':
    case 'dlu':
    case 'disable-adaccount':
    case 'remove-aduser':
      // Without a name it takes whom it is given through a pipe.
      return last || names.length === 0;
    case 'set-localuser':
      return last;
    case 'chpasswd':
      return false;
    case 'net':
    case 'net1':
      return netHarm(words, last);
    case 'remove-localgroupmember':
      return words.some(isAdministrators) && (last || words.some((word) => /^\$/.test(word)));
    case 'gpasswd':
      return last && words.some((word) => /^(?:-d|--delete)$/.test(word));
    case 'wmic':
      return (
        words.includes('useraccount') &&
        words.some((word) => /disabled=true|^delete$|lockout=true/.test(word)) &&
        !/name\s*=\s*'?(?!administrator)\w/.test(words.join(' '))
      );
    case 'echo':
    case 'printf':
      return words.some((word) => /^root:/.test(word)) && !words.some((word) => word.startsWith('root:x:'));
    default:
      return false;
  }
}

const bare = (word: string): string =>
  word
    .replace(/^(?:-{1,2}[\w-]+[:=])/, '')
    .replace(/^.*\\/, '')
    .replace(/^["']|["']$/g, '');
const locks = (word: string): boolean => /^(?:-[a-z]*[ld]|--lock|--delete|--expire|-e)$/.test(word);
const isAdministrators = (word: string): boolean => /^(?:administrators|관리자|\S*s-1-5-32-544)$/.test(word);

function netHarm(words: readonly string[], last: boolean): boolean {
  const [what, name = ''] = words;
  if (what === 'user' || what === 'users') {
    if (!LAST.test(bare(name))) return false;
    const rest = words.slice(2);
    return (
      rest.some((word) => /^\/(?:active:no|delete|del|expires|times)/.test(word)) ||
      rest.some((word) => !word.startsWith('/') && word !== '>')
    );
  }
  return what === 'localgroup' && words.some(isAdministrators) && last && words.some((word) => /^\/del/.test(word));
}
