/** What the tabs of one browser tell each other. `T` is what may be structured-cloned. */
export interface Tabs<T> {
  tell(message: T): void;
  hear(heard: (message: T) => void): void;
  close(): void;
}

/** Tabs of this browser by BroadcastChannel; a browser without it is a browser of single tabs. */
export function openTabs<T>(name: string): Tabs<T> {
  if (typeof BroadcastChannel === 'undefined') return { tell: () => undefined, hear: () => undefined, close: () => undefined };
  const channel = new BroadcastChannel(name);
  return {
    tell: (message) => channel.postMessage(message),
    hear: (heard) => channel.addEventListener('message', (event: MessageEvent<T>) => heard(event.data)),
    close: () => channel.close(),
  };
}
