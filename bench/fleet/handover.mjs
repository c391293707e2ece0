export async function handOvers() {
  return [];
}
