export function logChanges(order) {
  order.on('changed', ({ order: { id }, from, to }) => console.log(`order ${id}: ${from} → ${to}`));
}

export function sendMails(order) {
  order.once('paid', ({ id }) => console.log(`mail: Thank you for paying order ${id}`));
  order.once('shipped', ({ id }) => console.log(`mail: Your order ${id} is on its way`));
}
