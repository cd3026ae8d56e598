/*
 * A PKCS#11 library that passes every call on to another one, and has the faults of a token that a running test asks for.
 *
 * Its control is a file of its own name with ".control" behind it, mapped and shared: 64 words of 8 bytes (see "enum word"),
 * then the path of the library underneath. A test sets words while calls are under way, in this process or another one; the
 * environment of a process is neither read nor needed. One process at a time uses a control.
 *
 * PKCS#11 v2.40, Linux LP64. No header of PKCS#11 is needed: every argument is a word or a pointer, at most eight of them,
 * and the function list is a version and 68 pointers in the order of the standard.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

typedef unsigned long word_t; /* CK_ULONG, CK_RV, handles, and what a pointer fits into */
typedef word_t (*function_t)(word_t, word_t, word_t, word_t, word_t, word_t, word_t, word_t);

enum word { /* as in FaultyToken.java */
  DROP_SESSIONS,   /* test: 1; the next call closes all sessions first, and sets it back */
  FAIL_CODE,       /* test: a CKR */
  FAIL_CALLS,      /* test: how many calls answer it; -1: all */
  FAIL_SCOPE,      /* test: 0: those that sign; 1: all but C_Initialize, C_GetFunctionList and C_CloseSession */
  STALL_CALLS,     /* test: how many signing calls do not return; -1: all */
  STALL_HELD,      /* test: 1 while they must not */
  SESSION_CAP,     /* test: sessions open at the same time; 0: no limit */
  DECLARED_CAP,    /* test: what CK_TOKEN_INFO says of that; 0: what the library underneath says */
  WRONG_KIND,      /* test: 1: bits flipped; 2: signed by another key of the token */
  WRONG_CALLS,     /* test: how many signatures are wrong; -1: all */
  PIN_REFUSED,     /* test: 1: C_Login answers CKR_PIN_INCORRECT, and the PIN goes nowhere */
  FINALISE,        /* test: 1: behave as finalised, until C_Initialize; 2: finalise; the next call sets it back */
  SIGN_NANOS,      /* test: how much longer a signature takes, as over a network */
  LOGINS = 32,     /* ours: calls of C_Login for the user */
  SIGNATURES,      /* ours: signing calls that answered with a signature */
  SESSIONS,        /* ours: open now */
  SESSIONS_PEAK,   /* ours: open at most */
  STALLED,         /* ours: calls that do not return now */
  DROPS,           /* ours: how often all sessions were closed */
  FAILURES,        /* ours: calls that FAIL_CODE was answered to */
  WRONG,           /* ours: wrong signatures that left */
  INITIALISED,     /* ours: calls of C_Initialize */
  WORDS = 64
};

#define ALL(F) \
  F(C_Initialize) F(C_Finalize) F(C_GetInfo) F(C_GetFunctionList) F(C_GetSlotList) F(C_GetSlotInfo) F(C_GetTokenInfo) \
  F(C_GetMechanismList) F(C_GetMechanismInfo) F(C_InitToken) F(C_InitPIN) F(C_SetPIN) F(C_OpenSession) F(C_CloseSession) \
  F(C_CloseAllSessions) F(C_GetSessionInfo) F(C_GetOperationState) F(C_SetOperationState) F(C_Login) F(C_Logout) \
  F(C_CreateObject) F(C_CopyObject) F(C_DestroyObject) F(C_GetObjectSize) F(C_GetAttributeValue) F(C_SetAttributeValue) \
  F(C_FindObjectsInit) F(C_FindObjects) F(C_FindObjectsFinal) F(C_EncryptInit) F(C_Encrypt) F(C_EncryptUpdate) \
  F(C_EncryptFinal) F(C_DecryptInit) F(C_Decrypt) F(C_DecryptUpdate) F(C_DecryptFinal) F(C_DigestInit) F(C_Digest) \
  F(C_DigestUpdate) F(C_DigestKey) F(C_DigestFinal) F(C_SignInit) F(C_Sign) F(C_SignUpdate) F(C_SignFinal) \
  F(C_SignRecoverInit) F(C_SignRecover) F(C_VerifyInit) F(C_Verify) F(C_VerifyUpdate) F(C_VerifyFinal) \
  F(C_VerifyRecoverInit) F(C_VerifyRecover) F(C_DigestEncryptUpdate) F(C_DecryptDigestUpdate) F(C_SignEncryptUpdate) \
  F(C_DecryptVerifyUpdate) F(C_GenerateKey) F(C_GenerateKeyPair) F(C_WrapKey) F(C_UnwrapKey) F(C_DeriveKey) \
  F(C_SeedRandom) F(C_GenerateRandom) F(C_GetFunctionStatus) F(C_CancelFunction) F(C_WaitForSlotEvent)

#define INDEX(name) AT_##name,
enum { ALL(INDEX) FUNCTIONS };
_Static_assert(FUNCTIONS == 68, "PKCS#11 v2.40 has 68 functions");

struct functions {
  unsigned char version[2];
  function_t of[FUNCTIONS];
};

#define CKR_PIN_INCORRECT 0xa0
#define CKR_SESSION_COUNT 0xb1
#define CKR_CRYPTOKI_NOT_INITIALIZED 0x190
#define CKU_USER 1

static _Atomic int64_t *control;
static const struct functions *below;
static struct functions ours;
static atomic_int finalised;

/* Calls hold it shared; what pulls the ground from under them holds it alone: SoftHSM frees sessions that are in use. */
static pthread_rwlock_t ground;

/* Slots that this library opened sessions on. */
static _Atomic word_t slots[16];

static void die(const char *what, const char *detail) {
  fprintf(stderr, "faulty PKCS#11 library: %s: %s\n", what, detail);
  abort();
}

__attribute__((constructor)) static void load(void) {
  Dl_info self;
  char path[4096];
  pthread_rwlockattr_t attributes;
  pthread_rwlockattr_init(&attributes);
  /* Else a load that never pauses would keep a drop waiting for ever. */
  pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  pthread_rwlock_init(&ground, &attributes);
  if (!dladdr((void *)load, &self)) die("dladdr", "its own path");
  snprintf(path, sizeof path, "%s.control", self.dli_fname);
  int file = open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) die(path, strerror(errno));
  void *mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (mapped == MAP_FAILED) die(path, strerror(errno));
  control = mapped;
  control[SESSIONS] = 0; /* those of a process that ended are gone */
  control[STALLED] = 0;
  void *library = dlopen((const char *)mapped + WORDS * 8, RTLD_NOW | RTLD_LOCAL);
  if (!library) die("dlopen", dlerror());
  word_t (*list)(const struct functions **) = (word_t(*)(const struct functions **))dlsym(library, "C_GetFunctionList");
  if (!list || list(&below)) die((const char *)mapped + WORDS * 8, "no function list");
}

/* Takes one of a number that a test set; -1 is never used up. */
static int take(enum word which) {
  int64_t left = control[which];
  while (left > 0)
    if (atomic_compare_exchange_weak(&control[which], &left, left - 1)) return 1;
  return left < 0;
}

static void drop_sessions(void) {
  pthread_rwlock_wrlock(&ground);
  for (int i = 0; i < 16; i++)
    if (slots[i]) below->of[AT_C_CloseAllSessions](slots[i] - 1, 0, 0, 0, 0, 0, 0, 0);
  control[SESSIONS] = 0;
  control[DROPS]++;
  pthread_rwlock_unlock(&ground);
}

static void finalise(int64_t how) {
  pthread_rwlock_wrlock(&ground);
  if (how == 2) below->of[AT_C_Finalize](0, 0, 0, 0, 0, 0, 0, 0);
  else finalised = 1;
  pthread_rwlock_unlock(&ground);
}

/* The error that a test asked for, or 0. */
static word_t failure(void) {
  if (!control[FAIL_CALLS] || !take(FAIL_CALLS)) return 0;
  control[FAILURES]++;
  return control[FAIL_CODE];
}

static int signs(int function) { return function == AT_C_Sign || function == AT_C_SignFinal; }

/* What the call answers without going further, or 0. */
static word_t before(int function) {
  if (control[DROP_SESSIONS] && atomic_exchange(&control[DROP_SESSIONS], 0)) drop_sessions();
  int64_t how = control[FINALISE] ? atomic_exchange(&control[FINALISE], 0) : 0;
  if (how) finalise(how);
  if (function == AT_C_Initialize) {
    control[INITIALISED]++;
    finalised = 0;
    return 0;
  }
  if (finalised) return CKR_CRYPTOKI_NOT_INITIALIZED;
  if (!signs(function) && control[FAIL_SCOPE] && function != AT_C_CloseSession) return failure();
  return 0;
}

static word_t pass(int function, word_t a, word_t b, word_t c, word_t d, word_t e, word_t f, word_t g, word_t h) {
  pthread_rwlock_rdlock(&ground);
  word_t rv = below->of[function](a, b, c, d, e, f, g, h);
  pthread_rwlock_unlock(&ground);
  return rv;
}

static void sleep_nanos(int64_t nanos) {
  struct timespec left = {nanos / 1000000000, nanos % 1000000000};
  while (nanosleep(&left, &left) && errno == EINTR) {}
}

static word_t open_session(word_t slot, word_t flags, word_t application, word_t notify, word_t *handle) {
  int64_t cap = control[SESSION_CAP];
  int64_t now = atomic_fetch_add(&control[SESSIONS], 1) + 1;
  word_t rv = cap && now > cap ? CKR_SESSION_COUNT
                               : pass(AT_C_OpenSession, slot, flags, application, notify, (word_t)handle, 0, 0, 0);
  if (rv) {
    control[SESSIONS]--;
    return rv;
  }
  int64_t peak = control[SESSIONS_PEAK];
  while (now > peak && !atomic_compare_exchange_weak(&control[SESSIONS_PEAK], &peak, now)) {}
  for (int i = 0; i < 16; i++) {
    word_t none = 0;
    if (slots[i] == slot + 1 || atomic_compare_exchange_strong(&slots[i], &none, slot + 1) || none == slot + 1) break;
  }
  return 0;
}

struct attribute {
  word_t type;
  void *value;
  word_t length;
};

/* A private key that is not this one, of its kind; the same when there is none. */
static word_t another_key(word_t session, word_t key) {
  word_t class = 3 /* CKO_PRIVATE_KEY */, kind = 0, found[64], count = 0;
  struct attribute what = {0x100 /* CKA_KEY_TYPE */, &kind, sizeof kind};
  if (pass(AT_C_GetAttributeValue, session, key, (word_t)&what, 1, 0, 0, 0, 0)) return key;
  struct attribute template[] = {{0 /* CKA_CLASS */, &class, sizeof class}, what};
  if (pass(AT_C_FindObjectsInit, session, (word_t)template, 2, 0, 0, 0, 0, 0)) return key;
  pass(AT_C_FindObjects, session, (word_t)found, 64, (word_t)&count, 0, 0, 0, 0);
  pass(AT_C_FindObjectsFinal, session, 0, 0, 0, 0, 0, 0, 0);
  for (word_t i = 0; i < count; i++)
    if (found[i] != key) return found[i];
  return key;
}

static word_t sign(int function, word_t a, word_t b, word_t c, word_t d, word_t e) {
  unsigned char *signature = (unsigned char *)(function == AT_C_Sign ? d : b);
  word_t *length = (word_t *)(function == AT_C_Sign ? e : c);
  if (signature && control[STALL_HELD] && take(STALL_CALLS)) {
    control[STALLED]++;
    while (control[STALL_HELD]) sleep_nanos(1000000);
    control[STALLED]--;
  }
  if (signature && control[SIGN_NANOS]) sleep_nanos(control[SIGN_NANOS]);
  word_t failed = signature ? failure() : 0;
  /* An error ends the operation that C_SignInit began, so that it is carried out underneath in any case. */
  word_t rv = pass(function, a, b, c, d, e, 0, 0, 0);
  if (failed) return failed;
  if (rv || !signature) return rv;
  if (control[WRONG_KIND] == 1 && take(WRONG_CALLS)) {
    signature[*length - 1] ^= 0x41;
    control[WRONG]++;
  }
  control[SIGNATURES]++;
  return 0;
}

static word_t call(int function, word_t a, word_t b, word_t c, word_t d, word_t e, word_t f, word_t g, word_t h) {
  word_t rv = before(function);
  if (rv) return rv;
  switch (function) {
    case AT_C_OpenSession: return open_session(a, b, c, d, (word_t *)e);
    case AT_C_CloseSession:
      rv = pass(function, a, 0, 0, 0, 0, 0, 0, 0);
      if (!rv) control[SESSIONS]--;
      return rv;
    case AT_C_CloseAllSessions:
      rv = pass(function, a, 0, 0, 0, 0, 0, 0, 0);
      if (!rv) control[SESSIONS] = 0;
      return rv;
    case AT_C_Login:
      if (b == CKU_USER) {
        control[LOGINS]++;
        if (control[PIN_REFUSED]) return CKR_PIN_INCORRECT;
      }
      break;
    case AT_C_GetTokenInfo:
      rv = pass(function, a, b, 0, 0, 0, 0, 0, 0);
      if (!rv && control[DECLARED_CAP]) {
        ((word_t *)b)[13] = control[DECLARED_CAP]; /* ulMaxSessionCount, at byte 104 */
        ((word_t *)b)[15] = control[DECLARED_CAP]; /* ulMaxRwSessionCount */
      }
      return rv;
    case AT_C_SignInit:
      if (control[WRONG_KIND] == 2 && take(WRONG_CALLS)) {
        c = another_key(a, c);
        control[WRONG]++;
      }
      break;
    case AT_C_Sign:
    case AT_C_SignFinal: return sign(function, a, b, c, d, e);
    default: break;
  }
  return pass(function, a, b, c, d, e, f, g, h);
}

#define FORWARD(name)                                                                                        \
  word_t name##_(word_t a, word_t b, word_t c, word_t d, word_t e, word_t f, word_t g, word_t h) __asm__(#name); \
  word_t name##_(word_t a, word_t b, word_t c, word_t d, word_t e, word_t f, word_t g, word_t h) {             \
    if (AT_##name == AT_C_GetFunctionList) {                                                                 \
      *(struct functions **)a = &ours;                                                                       \
      return 0;                                                                                              \
    }                                                                                                        \
    return call(AT_##name, a, b, c, d, e, f, g, h);                                                          \
  }
ALL(FORWARD)

#define LISTED(name) ours.of[AT_##name] = name##_;
__attribute__((constructor)) static void list(void) {
  ours.version[0] = 2;
  ours.version[1] = 40;
  ALL(LISTED)
}
