import { type Family, SYSMON, told } from '../family.ts';
import { flag, hosts, imageRarity, imageWritable, masquerade, pace, rarity, variety } from '../features.ts';
import { mix } from '../hash.ts';
import { memo } from '../memo.ts';

const IMAGE = ['Image'];
const FILE = ['TargetFilename'];
/** A document’s extension before a program’s. */
const DOUBLE =
  /\.(?:pdf|docx?|xlsx?|pptx?|hwpx?|jpe?g|png|gif|txt|zip|mp[34])\s*\.(?:exe|scr|com|js|vbs|lnk|bat|cmd|hta|pif)$/i;
const ALTERNATE_STREAM = /^.{3,}:[^\\:]+$/;

export const file: Family = {
  id: 'file',
  name: { en: 'file creation or deletion', ko: '파일 생성·삭제' },
  kinds: [[SYSMON, [11, 15, 23, 26]]],
  numbers: ['executable', 'deleted', 'stream', 'doubleExtension', 'imageWritable', 'masquerade'],
  keys: [
    { id: 'image', fields: IMAGE, show: 'name' },
    { id: 'folder', fields: FILE },
    { id: 'extension', fields: FILE, show: 'name' },
    { id: 'file', fields: FILE },
  ],
  words: false,
  features: [
    rarity(
      'imageFolder',
      ['image', 'folder'],
      'program → folder rarity',
      '프로그램 → 폴더 희소성',
      'Programs write to few places.',
    ),
    rarity(
      'imageExtension',
      ['image', 'extension'],
      'program → extension rarity',
      '프로그램 → 확장자 희소성',
      'A mail client that writes a script; a new extension for many files.',
    ),
    rarity('folder', ['folder'], 'folder rarity', '폴더 희소성', 'New folders are made for tools and loot.'),
    rarity('extension', ['extension'], 'extension rarity', '확장자 희소성', 'Ransomware brings its own.'),
    rarity('file', ['file'], 'file rarity', '파일 희소성', 'Names are compared without their digits.'),
    imageRarity(),
    hosts('file', 'hosts with this file', '이 파일이 있는 호스트'),
    flag(
      'executable',
      FILE,
      'file that Windows runs',
      '실행 가능 파일',
      'Programs, scripts, libraries, shortcuts, disk images.',
    ),
    flag('deleted', [], 'deletion', '삭제', 'Sysmon 23 and 26.'),
    flag('stream', FILE, 'alternate data stream', '대체 데이터 스트림', 'Hidden from folder listings.'),
    flag('doubleExtension', FILE, 'double extension', '이중 확장자', 'invoice.pdf.exe'),
    imageWritable(IMAGE),
    masquerade(FILE),
    variety(
      'folders',
      'folder',
      'image',
      'different folders of the program',
      '프로그램이 건드린 폴더 종류',
      'Ransomware and collection walk through all of them.',
    ),
    pace('image', 'files of the program in that minute', '같은 분에 이 프로그램의 파일', 'Ransomware is fast.'),
  ],
  read: reader(),
};

function reader(): Family['read'] {
  const isDouble = memo((name) => DOUBLE.test(name));
  return (event, { path }, out, at) => {
    const text = told(event.get('TargetFilename'));
    const target = path(text);
    if (text === undefined || target.path === 0) return false;
    const image = path(event.get('Image'));
    const { eventId } = event;
    out[at++] = target.executable;
    out[at++] = eventId === 23 || eventId === 26 ? 1 : 0;
    out[at++] = eventId === 15 && ALTERNATE_STREAM.test(text) ? 1 : 0;
    out[at++] = isDouble(text) ? 1 : 0;
    out[at++] = image.writable;
    out[at++] = target.masquerade;
    out[at++] = image.name;
    out[at++] = target.folder;
    out[at++] = target.extension === 0 ? mix(1, 1) : target.extension;
    out[at++] = target.path;
    return true;
  };
}
