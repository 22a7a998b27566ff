// The socket of hints: reconnects by itself, tells what it hears, gives up only when refused.
const REFUSED = 4403;
const LONGEST = 30;

/** Waits 1, 2, 4 … 30 s, each 50–100 % of it, so that a thousand screens do not return together. */
const backoff = (attempt, random = Math.random()) => Math.min(LONGEST, 2 ** attempt) * (0.5 + random / 2);

const unpacked = (data) => new Response(data.stream().pipeThrough(new DecompressionStream("gzip"))).json();

export function openSocket({ url, topics, pieces, heard, opened, closed, refused }) {
  let attempt = 0;
  const address = new URL(url, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  address.searchParams.set("topics", topics);

  function connect() {
    address.searchParams.delete("piece");
    if (window.DecompressionStream) pieces().forEach((piece) => address.searchParams.append("piece", piece));
    const socket = new WebSocket(address);
    let turn = Promise.resolve(); // what must be unpacked is heard in its turn
    socket.addEventListener("message", ({ data }) => {
      attempt = 0;
      const message = () => (typeof data === "string" ? JSON.parse(data) : unpacked(data));
      turn = turn.then(message).then(heard).catch(reportError);
    });
    socket.addEventListener("open", opened);
    socket.addEventListener("close", ({ code }) => {
      if (code === REFUSED) return refused();
      closed();
      setTimeout(connect, backoff(attempt++) * 1000);
    });
  }
  connect();
}
