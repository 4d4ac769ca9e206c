import { device } from '../store/index.ts';

/** Lets the browser save what is unsent as a file. @returns how many saves are in it. Rejects with a ProblemError. */
export async function saveUnsentFile(): Promise<number> {
  const { name, text, saves } = await device.desk().unsentFile();
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The download has its own hold of it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return saves;
}
