/** Author of what a back end says. No user can have this id: theirs all name who vouches for them. */
export const SYSTEM_USER = { id: 'system', name: '系统' } as const;
