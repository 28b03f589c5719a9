// Shows where a run stands and its chart, and follows both; see live.py.

export default function ({ data, parentElement, setTriggerValue }) {
  const part = (name) => parentElement.querySelector(`.plateau-${name}`);
  const plot = part("plot");
  const show = ({ share, text, line, figure, state }) => {
    if (share !== undefined) {
      part("progress").hidden = share === null;
      part("fill").style.width = `${100 * share}%`;
    }
    if (text !== undefined) part("text").textContent = text;
    if (line !== undefined) part("line").replaceChildren(...withBold(line));
    if (figure !== undefined) draw(plot, { ...data, figure });
    // The page around the chart is Streamlit's: it is drawn anew when the run takes a turn.
    if (state !== undefined && state !== plot.state) {
      plot.state = state;
      setTriggerValue("turned", state);
    }
  };
  plot.state = data.state;
  if (plot.feed !== data.feed) {
    plot.leave?.();
    plot.feed = data.feed;
    plot.leave = undefined;
  }
  show(data);
  plot.show = show;
  if (data.feed) plot.leave ??= listen(data.feed, (news) => plot.show(news));
  return () => {
    plot.leave?.();
    window.Plotly?.purge(plot);
  };
}

// Text with **bold** parts, as nodes: nothing of it is read as HTML.
function withBold(text) {
  return text.split("**").map((part, index) => {
    const node = document.createElement(index % 2 ? "b" : "span");
    node.textContent = part;
    return node;
  });
}
