// Certificate requests: signed by their own key, naming the unit where the server looks.
#include <memory>

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "ingest/unit/key_request.h"

namespace hansom::ingest {
namespace {

TEST(KeyRequest, NamesTheUnitAndIsSignedByItsKey) {
  const Secret key = make_unit_key();
  const UnitId unit = UnitId::parse("demo-1").value();
  const auto pem = make_certificate_request(unit, key);
  ASSERT_TRUE(pem) << pem.error().message;
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(
      BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())), BIO_free);
  const std::unique_ptr<X509_REQ, void (*)(X509_REQ*)> request(
      PEM_read_bio_X509_REQ(bio.get(), nullptr, nullptr, nullptr), X509_REQ_free);
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(X509_REQ_verify(request.get(), X509_REQ_get0_pubkey(request.get())), 1);
  STACK_OF(X509_EXTENSION)* extensions = X509_REQ_get_extensions(request.get());
  const std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> names(
      static_cast<GENERAL_NAMES*>(
          X509V3_get_d2i(extensions, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  ASSERT_EQ(sk_GENERAL_NAME_num(names.get()), 1);
  const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), 0);
  ASSERT_EQ(name->type, GEN_URI);
  const auto* uri = name->d.uniformResourceIdentifier;
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                        static_cast<std::size_t>(ASN1_STRING_length(uri))),
            "urn:hansom:unit:demo-1");
}

TEST(KeyRequest, KeysAreFreshAndOnlyP256IsTaken) {
  EXPECT_NE(make_unit_key().text(), make_unit_key().text());
  const UnitId unit = UnitId::parse("demo-1").value();
  EXPECT_EQ(make_certificate_request(unit, Secret()).error().token, "bad_unit_key");
  EXPECT_EQ(make_certificate_request(unit, Secret(std::string_view("x"))).error().token,
            "bad_unit_key");
}

}  // namespace
}  // namespace hansom::ingest
