import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type Control, readControl } from '../live/control.ts';

const PATIENCE_MS = 5000;

/** The server that has the directory open and answers; undefined where there is none. */
export async function reachable(directory: string): Promise<Control | undefined> {
  const control = await readControl(directory);
  return control !== undefined && (await answers(control)) ? control : undefined;
}

function answers({ url, certificate }: Control): Promise<boolean> {
  const at = new URL('/healthz', url);
  const options = {
    timeout: PATIENCE_MS,
    ...(certificate !== null && { ca: certificate, checkServerIdentity: () => undefined }),
  };
  return new Promise((resolve) => {
    const request = (at.protocol === 'https:' ? httpsRequest : httpRequest)(at, options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', () => resolve(false));
    request.end();
  });
}
