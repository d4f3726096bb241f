export interface Guest {
  name: string;
  /** 0 to 23. */
  hour: number;
}

export function greet({ name, hour }: Guest): string {
  if (hour < 12) return `Good morning, ${name}!`;
  if (hour < 18) return `Good afternoon, ${name}!`;
  return `Good evening, ${name}!`;
}
