import { createApp } from './app.js';

const app = createApp();
const address = await app.listen({ port: Number(process.env.PORT ?? 3000) });
console.log(`{{title}} on ${address}`);

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => app.close());
