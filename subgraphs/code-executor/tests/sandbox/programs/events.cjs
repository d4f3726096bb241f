const EventEmitter = require('node:events');

const attempt = (label, run) => {
  try {
    console.log(label, run());
  } catch (error) {
    console.log(label, 'throws', error.name, error.code, error.message);
  }
};
attempt('shape', () => [
  EventEmitter.EventEmitter === EventEmitter,
  EventEmitter.defaultMaxListeners,
  typeof EventEmitter.once,
  typeof EventEmitter.on,
  typeof EventEmitter.errorMonitor,
  EventEmitter.name,
]);
attempt('chain', () => {
  const emitter = new EventEmitter();
  const seen = [];
  emitter
    .on('a', (...values) => seen.push(['on', ...values]))
    .once('a', () => seen.push('once'))
    .prependListener('a', () => seen.push('first'))
    .prependOnceListener('a', () => seen.push('first once'));
  return [emitter.emit('a', 1, 2), emitter.emit('a'), emitter.emit('nobody'), seen];
});
attempt('this', () => {
  const emitter = new EventEmitter();
  let self;
  emitter.on('a', function () {
    self = this;
  });
  emitter.emit('a');
  return self === emitter;
});
attempt('remove while emitting', () => {
  const emitter = new EventEmitter();
  const seen = [];
  const second = () => seen.push('second');
  emitter.on('a', () => {
    seen.push('first');
    emitter.off('a', second);
  });
  emitter.on('a', second);
  emitter.emit('a');
  emitter.emit('a');
  return seen;
});
attempt('add while emitting', () => {
  const emitter = new EventEmitter();
  const seen = [];
  emitter.on('a', () => {
    seen.push('first');
    if (seen.length === 1) emitter.on('a', () => seen.push('late'));
  });
  emitter.emit('a');
  emitter.emit('a');
  return seen;
});
attempt('counts', () => {
  const emitter = new EventEmitter();
  const listener = () => {};
  emitter.on('a', listener).on('a', listener).once('b', listener).on(Symbol.for('s'), listener);
  return [
    emitter.listenerCount('a'),
    emitter.listenerCount('a', listener),
    emitter.listenerCount('none'),
    emitter.eventNames(),
    emitter.listeners('b')[0] === listener,
    emitter.rawListeners('b')[0] === listener,
    emitter.rawListeners('b')[0].listener === listener,
  ];
});
attempt('off', () => {
  const emitter = new EventEmitter();
  const listener = () => {};
  emitter.once('a', listener).off('a', listener).off('a', listener).off('never', listener);
  return [emitter.listenerCount('a'), emitter.eventNames()];
});
attempt('removeAllListeners', () => {
  const emitter = new EventEmitter();
  const removed = [];
  emitter.on('removeListener', (name) => removed.push(name));
  emitter
    .on('a', () => {})
    .on('b', () => {})
    .on('b', () => {});
  emitter.removeAllListeners('b');
  emitter.removeAllListeners();
  return [removed, emitter.eventNames()];
});
attempt('newListener', () => {
  const emitter = new EventEmitter();
  const seen = [];
  emitter.on('newListener', (name, listener) => seen.push([name, typeof listener, emitter.listenerCount(name)]));
  emitter.on('a', () => {});
  emitter.once('b', () => {});
  return seen;
});
attempt('error', () => new EventEmitter().emit('error', new RangeError('mine')));
attempt('error text', () => new EventEmitter().emit('error', 'text'));
attempt('error object', () => new EventEmitter().emit('error', { a: 1 }));
attempt('error nothing', () => new EventEmitter().emit('error'));
attempt('error heard', () => new EventEmitter().on('error', () => {}).emit('error', new Error('heard')));
attempt('error monitor', () => {
  const emitter = new EventEmitter();
  emitter.on(EventEmitter.errorMonitor, (error) => console.log('monitored', error.message));
  emitter.emit('error', new Error('seen'));
});
for (const wrong of [undefined, null, 'text', {}, 5]) {
  attempt(`on ${String(wrong)}`, () => new EventEmitter().on('a', wrong));
  attempt(`off ${String(wrong)}`, () => new EventEmitter().off('a', wrong));
}
attempt('max', () => {
  const emitter = new EventEmitter();
  return [emitter.getMaxListeners(), emitter.setMaxListeners(1) === emitter, emitter.getMaxListeners()];
});
attempt('max wrong', () => new EventEmitter().setMaxListeners(-1));
attempt('listener throws', () =>
  new EventEmitter()
    .on('a', () => {
      throw new Error('from a listener');
    })
    .emit('a'),
);
attempt('mixin', () => {
  const target = Object.assign({}, EventEmitter.prototype);
  let seen = 0;
  target.on('a', () => {
    seen += 1;
  });
  target.emit('a');
  return seen;
});
attempt('old style', () => {
  function Old() {
    EventEmitter.call(this);
  }
  require('node:util').inherits(Old, EventEmitter);
  let seen = 0;
  const old = new Old();
  old.on('a', () => {
    seen += 1;
  });
  old.emit('a');
  return [seen, old instanceof EventEmitter, Old.super_ === EventEmitter];
});
class Mine extends EventEmitter {
  constructor() {
    super();
    this.mine = 1;
  }
}
attempt('keys', () => [Object.keys(new Mine()).includes('mine'), new Mine().listenerCount('x')]);
attempt('proto names', () => {
  const emitter = new EventEmitter();
  let seen = 0;
  emitter.on('__proto__', () => {
    seen += 1;
  });
  emitter.emit('__proto__');
  emitter.emit('constructor');
  return [seen, emitter.emit('toString')];
});

(async () => {
  const emitter = new EventEmitter();
  const waits = EventEmitter.once(emitter, 'ready');
  emitter.emit('ready', 1, 'two');
  console.log('once', await waits, emitter.eventNames());
  const fails = EventEmitter.once(emitter, 'ready');
  emitter.emit('error', new Error('instead'));
  console.log('once fails', await fails.catch((error) => error.message), emitter.eventNames());
  const waitsForError = EventEmitter.once(emitter, 'error');
  emitter.emit('error', new Error('wanted'));
  console.log('once error', (await waitsForError)[0].message);
  const events = EventEmitter.on(emitter, 'item');
  emitter.emit('item', 1);
  emitter.emit('item', 2);
  console.log('on', await events.next(), await events.next());
  await events.return();
  console.log('on returned', emitter.listenerCount('item'));
  for await (const [value] of EventEmitter.on(
    Object.assign(emitter, { started: setTimeout(() => emitter.emit('later', 'x'), 1) }),
    'later',
  )) {
    console.log('on later', value);
    break;
  }
})();
