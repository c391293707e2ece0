/** Keys of the page that is shown; none are heard while somebody writes or a dialog is open. */
type Handlers = Readonly<Record<string, (event: KeyboardEvent) => void>>;
const stack: Handlers[] = [];

export function keys(handlers: Handlers): void {
  $effect(() => {
    stack.push(handlers);
    return () => {
      stack.splice(stack.indexOf(handlers), 1);
    };
  });
}

export function onKey(event: KeyboardEvent): void {
  const { target, ctrlKey, metaKey, altKey } = event;
  if (ctrlKey || metaKey || altKey || event.isComposing) return;
  const element = target as HTMLElement;
  const writes = element.matches('input, textarea, select, [contenteditable]');
  if (writes || document.querySelector('dialog[open]') !== null) return;
  // What has a use of Enter of its own keeps it.
  if (event.key === 'Enter' && element.closest('a, button, summary') !== null) return;
  for (let i = stack.length - 1; i >= 0; i--) {
    const handler = stack[i]![event.key];
    if (handler === undefined) continue;
    event.preventDefault();
    handler(event);
    return;
  }
}
