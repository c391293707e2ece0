import { describe, expect, test } from 'vitest';
import { html, plain, safe, slackText, wide } from './safe.ts';

describe('text of a log', () => {
  test.each([
    { what: 'lines', text: 'a\r\nb\u2028c\td', is: 'a b c d' },
    { what: 'a terminal', text: '\u001b[31mred', is: '\\u{1b}[31mred' },
    { what: 'right to left', text: 'evil\u202egnp.exe', is: 'evil\\u{202e}gnp.exe' },
    { what: 'nothing to see', text: 'a\u200bb\u{e0041}\u3164', is: 'a\\u{200b}b\\u{e0041}\\u{3164}' },
    { what: 'half a letter', text: 'a\ud83d', is: 'a\\u{d83d}' },
    { what: 'Hangul', text: '한글 경로', is: '한글 경로' },
  ])('shows $what as what it is', ({ text, is }) => expect(plain(text)).toBe(is));

  test('is cut by letters, not through one', () => expect(plain('🦁'.repeat(9), 4)).toBe('🦁🦁🦁…'));

  test.each([
    ['http://evil.example/a?b=c', 'hxxp[:]//evil[.]example/a?b=c'],
    ['HTTPS://EVIL.EXAMPLE', 'HxxPS[:]//EVIL[.]EXAMPLE'],
    ['powershell.exe -c iwr evil.co.kr', 'powershell.exe -c iwr evil[.]co[.]kr'],
    ['10.0.0.5:445', '10.0.0[.]5:445'],
    ['mail a@b.com', 'mail a[@]b[.]com'],
    ['mailto:a@b.com javascript:alert(1)', 'mailto[:]a[@]b[.]com javascript[:]alert(1)'],
    ['악성.한국', '악성[.]한국'],
    ['ms-search://x file://y', 'ms-search[:]//x file[:]//y'],
    ['C:\\Users\\kim\\a.ps1', 'C:\\Users\\kim\\a.ps1'],
    ['version 10.0.19041.1', 'version 10.0.19041.1'],
    ['@here @channel', '[@]here [@]channel'],
  ])('%s cannot be clicked', (text, is) => expect(safe(text)).toBe(is));

  test('stays text in every format', () => {
    expect(slackText('<!channel> <https://x|y> &amp;')).toBe('&lt;!channel&gt; &lt;https://x|y&gt; &amp;amp;');
    expect(html(`<img src=x onerror="a">'`)).toBe('&#60;img src=x onerror=&#34;a&#34;&#62;&#39;');
    expect(wide('**b** [a](b) `c` <@U1> #d')).toBe('＊＊b＊＊ ［a］(b) ｀c｀ ＜＠U1＞ ＃d');
  });
});
