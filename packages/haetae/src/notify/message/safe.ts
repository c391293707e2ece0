/**
 * Log text on its way to people. An attacker chooses it, so wherever it goes it is text and nothing else: it cannot ping, link,
 * format, reorder or break a line.
 */

/** Longest value of log text in a message; what is cut is shown by `…`. */
export const MOST_TEXT = 600;

/** Controls, separators of lines, what reorders, joins or hides, tags, private use, lone surrogates. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u202f]/gu;

/** On one line, each character that cannot be seen shown as what it is. */
export function plain(text: string, most = MOST_TEXT): string {
  const seen = text.slice(0, most * 4).replace(HIDDEN, (c) => {
    const code = c.codePointAt(0)!;
    if (code === 9 || code === 10 || code === 13 || code === 0x2028 || code === 0x2029) return ' ';
    if (code === 0x202f) return ' ';
    return `\\u{${code.toString(16)}}`;
  });
  const letters = [...seen.replace(/ {2,}/g, ' ').trim()];
  return letters.length <= most ? letters.join('') : `${letters.slice(0, most - 1).join('')}…`;
}

/** Endings of files that no registry sells as domains: a name that ends in one is left readable. */
const FILES =
  /^(?:exe|dll|sys|drv|ocx|cpl|msc|ps1|psm1|psd1|bat|cmd|vbs|vbe|js|jse|wsf|hta|msi|msp|lnk|url|scr|tmp|dat|log|evtx|etl|txt|csv|xml|json|ini|inf|cfg|conf|reg|doc|docx|docm|xls|xlsx|xlsm|ppt|pptx|pdf|rtf|hwp|hwpx|png|jpg|jpeg|gif|bmp|ico|7z|rar|gz|tar|cab|iso|img|vhd|vhdx|bin|dmp|kdbx|pem|key|crt|cer|pfx|p12|db|sqlite|bak|aspx|asp|php|jsp|class|jar|war|lib|obj|pdb|config|manifest|yml|yaml|pol|adml|admx|chm|dit|sav|hve)$/i;

/** No address in it can be clicked, and none is lost: `hxxp://evil[.]example`, `10.0.0[.]5`. Of safe text safe text. */
export function defang(text: string): string {
  return (
    text
      .replace(/\b(h)(tt)(ps?)(?=:)/gi, '$1xx$3')
      .replace(/([a-z][a-z0-9+.-]{1,20}):(?=\/\/)/gi, '$1[:]')
      .replace(/\b(mailto|tel|javascript|data|file|sms|slack|msteams|ms-[a-z]+|search-ms)(?:\[:\]|:)(?=\S)/gi, '$1[:]')
      .replace(/(\d{1,3}\.\d{1,3}\.\d{1,3})\.(?=\d{1,3}(?![\d.]))/g, '$1[.]')
      // A name as far as a resolver goes: letters of any script, since those are sold too.
      .replace(/(?<=[\p{L}\p{N}_-])\.(?=([\p{L}][\p{L}\p{N}-]{1,62})(?![\p{L}\p{N}_-]))/gu, (dot, label: string) =>
        FILES.test(label) ? dot : '[.]',
      )
      .replace(/@(?=[\p{L}\p{N}_-])/gu, '[@]')
  );
}

/** Safe text, defanged. */
export const safe = (text: string, most = MOST_TEXT): string => defang(plain(text, most));

/** For Slack's mrkdwn, in case it is read as such: its three control characters. */
export const slackText = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

export const html = (text: string): string => text.replace(/[&<>"'`]/g, (c) => `&#${c.charCodeAt(0)};`);

/** Where a form of Markdown is read that knows no escapes: signs that begin something become their wide likes. */
export const wide = (text: string): string =>
  text.replace(/[*_~`[\]<>|#@\\]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0));
