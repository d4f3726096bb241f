import { z } from 'zod';

export const signUp = z
  .strictObject({
    name: z.string().trim().min(1).max(80),
    email: z.email().toLowerCase(),
    password: z.string().min(12),
    passwordAgain: z.string(),
    newsletter: z.boolean().default(false),
  })
  .refine(({ password, passwordAgain }) => password === passwordAgain, {
    path: ['passwordAgain'],
    message: 'The passwords differ',
    // Also when another field is wrong.
    when: ({ value }) => typeof value === 'object' && value !== null,
  });

export type SignUp = z.infer<typeof signUp>;

/** One line for each thing that is wrong. */
export function explain(error: z.ZodError): string[] {
  return error.issues.map(({ path, message }) => `${path.join('.') || 'form'}: ${message}`);
}
