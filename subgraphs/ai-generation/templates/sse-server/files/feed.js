/** Numbers events, keeps the last ones, and tells everybody who listens. */
export function createFeed(kept = 100) {
  const events = [];
  const listeners = new Set();
  let lastId = 0;
  return {
    publish(event) {
      lastId += 1;
      const published = { id: lastId, at: new Date().toISOString(), ...event };
      events.push(published);
      if (events.length > kept) events.shift();
      for (const listener of listeners) listener(published);
      return published;
    },
    /** Calls the listener with the events after `last` that are still kept, and with each new one. */
    subscribe(last, listener) {
      for (const event of events) if (event.id > last) listener(event);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
