// Follows a run over one socket, however many parts of the page listen; see live_feed.py.

const RETRY_MS = 1000;

function feedOf(address) {
  window.plateauFeeds ??= {};
  window.plateauFeeds[address] ??= { address, listeners: new Set(), news: {} };
  return window.plateauFeeds[address];
}

// Returns a function that ends the listening.
function listen(address, listener) {
  const feed = feedOf(address);
  feed.listeners.add(listener);
  listener(feed.news);
  open(feed);
  return () => {
    feed.listeners.delete(listener);
    if (!feed.listeners.size) forget(feed);
  };
}

function open(feed) {
  if (feed.socket || document.hidden || !feed.listeners.size || feed.news.over) return;
  const url = new URL(feed.address, document.baseURI);
  url.protocol = url.protocol.replace("http", "ws");
  const socket = (feed.socket = new WebSocket(url));
  socket.onmessage = ({ data }) => {
    const news = JSON.parse(data);
    Object.assign(feed.news, news);
    for (const listener of feed.listeners) listener(news);
  };
  socket.onclose = () => {
    if (feed.socket !== socket) return;
    feed.socket = undefined;
    setTimeout(() => open(feed), RETRY_MS);
  };
  // Nobody looks at a hidden page: it takes nothing from the training.
  feed.watch ??= () => (document.hidden ? shut(feed) : open(feed));
  document.addEventListener("visibilitychange", feed.watch);
}

// A run that has ended can go on: whoever listens then gets a feed that is not over.
function forget(feed) {
  shut(feed);
  document.removeEventListener("visibilitychange", feed.watch);
  if (window.plateauFeeds[feed.address] === feed) delete window.plateauFeeds[feed.address];
}

function shut(feed) {
  const { socket } = feed;
  feed.socket = undefined;
  socket?.close();
}
