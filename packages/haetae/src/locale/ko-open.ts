import type { enOpen } from './en-open.ts';

export const koOpen: typeof enOpen = {
  flag: '스캔 후 결과를 브라우저 화면으로 열기. 이 컴퓨터에서만 접속되며 종료하면 데이터를 삭제합니다',
  at: (url) =>
    `화면         ${url}\n             1회용 주소이며 이 컴퓨터에서만 열립니다. Ctrl-C로 종료하면 데이터가 삭제됩니다.`,
  filled: (events) => `             이벤트 ${events}건을 모두 불러왔습니다.`,
  without: (flag) => `--open은 로그 전체를 보여 주므로 ${flag} 없이 써야 합니다.`,
  noStdin: '--open은 로그를 한 번 더 읽으므로 표준 입력과 함께 쓸 수 없습니다. 파일이나 폴더를 지정하십시오.',
};
