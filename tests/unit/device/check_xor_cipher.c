/* SPDX-License-Identifier: MIT */
/* The XOR cipher against the vectors of the protocol, and against itself. */
#include <config.h>

#include "device/transport/xor_cipher.h"

#include "../support/suite.h"

#include <stdio.h>
#include <string.h>

static const struct {
  const char *plain;
  const char *cipher; /* hex */
} vectors[] = {
    {"{\"system\":{\"get_sysinfo\":{}}}",
     "d0f281f88bff9af7d5ef94b6d1b4c09fec95e68fe187e8caf08bf68bf6"},
    {"{\"emeter\":{\"get_realtime\":{\"current_ma\":451,\"voltage_mv\":230837,"
     "\"power_mw\":61753,\"total_wh\":16323,\"err_code\":0}}}",
     "d0f297fa9feb8efcdee49fbddabfcb94e683e28efa93fe9bb983f8dab9ccbecca9c7b3ec8"
     "1e0c2f8ccf9c8e4c6b0dfb3c7a6c1a4fb96e0c2f8caf9c9f1c2f5d9fb8be493f684dbb6c1"
     "e3d9efdee9dcefc3e195fa8eef83dcabc3e1dbeadcefddeec2e085f785dab9d6b2d7f5cff"
     "f82ff82"},
    {"{\"context\":{\"child_ids\":[\"800600\"]},\"emeter\":{\"get_realtime\":{}"
     "}}",
     "d0f291fe90e481f98daf95eeccafc7aec2a6f990f487a59fc4e6deeedee8d8e8ca97eac6e"
     "481ec89fd98eac8f289abcca9dd82f095f498ec85e88daf95ee93ee93"},
};

static size_t from_hex(const char *hex, char *out) {
  size_t n = 0;
  unsigned byte;

  for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
    out[n++] = (char)byte;
  return n;
}

START_TEST(the_vectors_of_the_protocol_hold_both_ways) {
  char cipher[200];
  char out[200];
  size_t len = strlen(vectors[_i].plain);

  ck_assert_uint_eq(from_hex(vectors[_i].cipher, cipher), len);
  xor_cipher_encrypt(vectors[_i].plain, out, len);
  ck_assert_mem_eq(out, cipher, len);
  xor_cipher_decrypt(cipher, len);
  ck_assert_mem_eq(cipher, vectors[_i].plain, len);
}
END_TEST

/* One byte after the other, as the protocol words it. */
static void decrypt_slowly(const char *in, char *out, size_t len) {
  char key = (char)171;

  for (size_t i = 0; i < len; i++) {
    out[i] = (char)(in[i] ^ key);
    key = in[i];
  }
}

START_TEST(every_length_survives_the_round_trip_and_no_byte_more) {
  enum { LONGEST = 300 };
  unsigned random = 12345;

  for (size_t len = 0; len <= LONGEST; len++) {
    char plain[LONGEST], cipher[LONGEST + 2], slow[LONGEST];

    for (size_t i = 0; i < len; i++) {
      random = random * 1103515245 + 12345;
      plain[i] = (char)(random >> 16);
    }
    memset(cipher, '#', sizeof(cipher));
    xor_cipher_encrypt(plain, cipher + 1, len);
    ck_assert(cipher[0] == '#' && cipher[len + 1] == '#');
    decrypt_slowly(cipher + 1, slow, len);
    xor_cipher_decrypt(cipher + 1, len);
    ck_assert(cipher[0] == '#' && cipher[len + 1] == '#');
    if (len > 0) {
      ck_assert_mem_eq(cipher + 1, plain, len);
      ck_assert_mem_eq(slow, plain, len);
    }
  }
}
END_TEST

START_TEST(encrypting_in_place_is_allowed) {
  char text[] = "{\"system\":{\"get_sysinfo\":{}}}";
  char out[sizeof(text)];

  xor_cipher_encrypt(text, out, sizeof(text));
  xor_cipher_encrypt(text, text, sizeof(text));
  ck_assert_mem_eq(text, out, sizeof(text));
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, the_vectors_of_the_protocol_hold_both_ways, 0,
                      ROWS(vectors));
  tcase_add_test(t, every_length_survives_the_round_trip_and_no_byte_more);
  tcase_add_test(t, encrypting_in_place_is_allowed);
}

int main(void) { return suite_run("xor", fill); }
