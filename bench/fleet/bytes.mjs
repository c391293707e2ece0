import { connect } from '@haetae/postgres';
export async function bytesOf() {
  return {};
}
