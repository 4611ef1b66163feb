/*
 * The disputes of one claim: SPEC.md [CLOCK-1], [CHAL-2], [TX-7] to [TX-10].
 *
 * The tree is seen as DEPTH questions on the way to the bad leaf, and for each level one more that only an attacker would ask. Whoever may act, acts
 * in any order or not at all, but for the honest parties, which act within the times that the rules leave them. -DLIE: the claim is a lie, an honest challenger
 * watches, the provider may answer or not. Without: the claim is honest, so is its provider, and every challenger is an attacker.
 * -DBROKEN takes rule 704 away, -DUNPAID the challenger's hurry: then an error MUST be found.
 *
 * Checked: the claim ends by its bound; a lie never becomes final; an honest claim is never slashed; each end happens once.
 */

#ifndef DEPTH
#define DEPTH 3
#endif
#define WINDOW 2
#define REVEAL 2
#define MOVE 1
#define SEAL 1
#define DISPUTE (DEPTH * (REVEAL + MOVE) + SEAL)
#define BOUND (WINDOW + DISPUTE)
#define STRETCH 1

#define NOT 0
#define OPEN 1
#define DONE 2

mtype = { pending, slashed, final };

mtype status = pending;
byte clock = 0;
byte deadline = WINDOW;
byte stood = 0;
byte state[DEPTH];      /* the questions on the way */
byte expires[DEPTH];
byte answered[DEPTH];   /* the clock of the answer */
byte other[DEPTH];      /* the questions beside it */
byte otherExpires[DEPTH];
bool sealed = false;
byte sealedAt = 0;
byte ends = 0;

inline finish(how) {
  assert(status == pending);
  status = how;
  ends++;
  assert(ends == 1)
}

/* [TX-10]: the times of a question; first is its level. */
inline extend() {
  if
  :: deadline < clock + REVEAL + MOVE + SEAL -> deadline = clock + REVEAL + MOVE + SEAL
  :: else
  fi
}

#ifdef BROKEN
#define IN_TIME(level) (level > 0 || clock <= WINDOW)
#else
#define IN_TIME(level) ((level == 0 && clock <= WINDOW) || (level > 0 && clock + REVEAL + MOVE + SEAL <= BOUND))
#endif

/* Questions of attackers, and answers to them. The one beside a level needs the answer above, as any. */
active proctype Attacker() {
  byte level;
end:
  do
  :: atomic {
       status == pending ->
       level = 0;
       do
       :: level < DEPTH - 1 -> level++
       :: break
       od;
       if
       :: state[level] == NOT && IN_TIME(level) && (level == 0 || state[level - 1] == DONE) ->
          state[level] = OPEN; expires[level] = clock + REVEAL; extend()
       :: level > 0 && other[level] == NOT && IN_TIME(level) && state[level - 1] == DONE ->
          other[level] = OPEN; otherExpires[level] = clock + REVEAL; extend()
       :: else
       fi
     }
  od
}

/* The provider, or whoever answers for it. An honest one never lets a clock pass that its questions expire with: see Block. */
active proctype Provider() {
  byte level;
end:
  do
  :: atomic {
       status == pending ->
       level = 0;
       do
       :: level < DEPTH - 1 -> level++
       :: break
       od;
       if
       :: state[level] == OPEN && clock <= expires[level] -> state[level] = DONE; answered[level] = clock
       :: other[level] == OPEN && clock <= otherExpires[level] -> other[level] = DONE
       :: else
       fi
     }
  od
}

#ifdef LIE
/* The honest challenger. */
active proctype Challenger() {
  byte level;
end:
  do
  :: atomic {
       status == pending ->
       level = 0;
       do
       :: level < DEPTH && state[level] == DONE -> level++
       :: else -> break
       od;
       if
       :: level < DEPTH && state[level] == NOT && IN_TIME(level) -> state[level] = OPEN; expires[level] = clock + REVEAL; extend()
       :: level == DEPTH && !sealed -> sealed = true; sealedAt = clock
       :: level == DEPTH && sealed && sealedAt < clock -> finish(slashed)
       :: else
       fi
     }
  od
}
#endif

/* The clock. It passes only if honest parties have done what they must by now. */
active proctype Block() {
  byte level;
  bool due;
end:
  do
  :: atomic {
       status == pending ->
       due = false;
#ifdef LIE
       /* First question by the window, each other within MOVE of the answer above, seal within MOVE of the last, proof within SEAL of it. */
       level = 0;
       do
       :: level < DEPTH && state[level] == DONE -> level++
       :: else -> break
       od;
#ifndef UNPAID
       if
       :: level == 0 && state[0] == NOT && clock >= WINDOW -> due = true
       :: level > 0 && level < DEPTH && state[level] == NOT && clock >= answered[level - 1] + MOVE -> due = true
       :: level == DEPTH && !sealed && clock >= answered[DEPTH - 1] + MOVE -> due = true
       :: level == DEPTH && sealed && clock >= sealedAt + SEAL && clock > sealedAt -> due = true
       :: else
       fi;
#endif
#else
       level = 0;
       do
       :: level < DEPTH ->
          if
          :: (state[level] == OPEN && expires[level] == clock) || (other[level] == OPEN && otherExpires[level] == clock) -> due = true
          :: else
          fi;
          level++
       :: else -> break
       od;
#endif
       if
       :: due
       :: !due && stood < STRETCH -> stood++
       :: !due ->
          stood = 0;
          clock++;
          assert(clock <= BOUND + 1);
          /* [TX-8]: what expired slashes, then what is past its deadline is final. */
          level = 0;
          do
          :: level < DEPTH && status == pending ->
             if
             :: (state[level] == OPEN && expires[level] < clock) || (other[level] == OPEN && otherExpires[level] < clock) ->
#ifndef LIE
                assert(false);
#endif
                finish(slashed)
             :: else
             fi;
             level++
          :: else -> break
          od;
          if
          :: status == pending && clock > deadline ->
#ifdef LIE
             assert(false);
#endif
             finish(final)
          :: else
          fi
       fi
     }
  od
}
