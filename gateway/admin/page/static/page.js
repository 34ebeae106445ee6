// Adds what is live to the list of events. Whatever comes is set as text, never as markup.
"use strict";

const MOST = 200;
const OUTCOMES = ["success", "failure", "canceled", "paused", "running", "unknown"];
const UNSEEN = /[^\P{C}\n\t]|[\u2028\u2029]/gu;

const seen = (text) =>
  text.replace(UNSEEN, (c) => `⟨U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);

function row(event) {
  const made = document.getElementById("event-row").content.cloneNode(true).firstElementChild;
  const [received, outcome, tag, subject, source, type, number] = made.children;
  const time = received.firstElementChild;
  time.dateTime = event.received_at;
  time.textContent = event.received_at.slice(0, 19).replace("T", " ");
  local(time);
  const badge = outcome.firstElementChild;
  badge.classList.add(OUTCOMES.includes(event.outcome) ? event.outcome : "other");
  badge.textContent = seen(event.outcome || "none");
  tag.textContent = seen(event.tag);
  subject.firstElementChild.textContent = seen(event.subject);
  subject.firstElementChild.href = "/page/events/" + encodeURIComponent(event.id);
  source.textContent = seen(event.source);
  type.textContent = seen(event.type);
  number.textContent = event.number;
  return made;
}

function local(time) {
  time.title = new Date(time.dateTime).toLocaleString();
}

function follow(table) {
  const body = table.tBodies[0];
  const button = document.getElementById("live");
  const state = document.getElementById("live-state");
  const address = new URL(table.dataset.stream, location.href);
  let stream = null;
  let isWanted = true;

  const say = (text, word) => {
    if (state.textContent !== text) state.textContent = text;
    state.className = word;
  };
  const close = () => {
    if (stream) stream.close();
    stream = null;
  };
  const open = () => {
    close();
    stream = new EventSource(address);
    stream.onopen = () => say("live", "good");
    stream.onerror = () => {
      const isOver = stream && stream.readyState === EventSource.CLOSED;
      say(isOver ? "ended: load the page again" : "connecting", isOver ? "bad" : "wait");
    };
    stream.onmessage = (message) => {
      const event = JSON.parse(message.data);
      address.searchParams.set("after", event.number);
      body.prepend(row(event));
      while (body.rows.length > MOST) body.lastElementChild.remove();
      document.getElementById("nothing").hidden = true;
    };
  };
  const toggle = () => {
    isWanted = !isWanted;
    button.textContent = isWanted ? "Pause" : "Follow";
    button.setAttribute("aria-pressed", String(isWanted));
    if (isWanted) return open();
    close();
    say("paused", "dim");
  };

  button.hidden = false;
  button.addEventListener("click", toggle);
  // A browser has six connections to a host: a page that nobody sees gives its own back.
  document.addEventListener("visibilitychange", () => {
    if (isWanted) document.hidden ? close() : open();
  });
  addEventListener("pagehide", close);
  open();
}

document.querySelectorAll("time").forEach(local);
const table = document.getElementById("events");
if (table) follow(table);
