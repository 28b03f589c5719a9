// Shows what a run prints, like a terminal: the newest line is in view; see live.py.

export default function ({ data, parentElement }) {
  const screen = parentElement.querySelector(".plateau-console");
  const show = ({ lines }) => {
    if (lines === undefined || screen.textContent === lines) return;
    const atEnd = screen.scrollHeight - screen.scrollTop - screen.clientHeight < 30;
    screen.textContent = lines;
    if (atEnd) screen.scrollTop = screen.scrollHeight;
  };
  show(data);
  if (screen.feed !== data.feed) {
    screen.leave?.();
    screen.feed = data.feed;
    screen.leave = data.feed ? listen(data.feed, show) : undefined;
  }
  return () => screen.leave?.();
}
