# SPDX-License-Identifier: MIT
# Stands in for OpenWrt's package.mk. Wants OUT and PKG_INSTALL_DIR. The default
# goal runs the install steps of every package into OUT/package and writes
# OUT/package.control with its fields.

FIELDS = SECTION CATEGORY TITLE DEPENDS

define Build/Prepare/Default
endef

# OpenWrt evaluates a package's definition, then its install steps for $(1)
define BuildPackage
  $(foreach f,$(FIELDS),$(eval undefine $(f)))
  $(eval $(Package/$(1)))
  $(if $(TITLE),,$(error $(1) has no TITLE))
  $(if $(Package/$(1)/description),,$(error $(1) has no description))
  $(if $(Package/$(1)/install),,$(error $(1) has no install))

.PHONY: install-$(1)
all: install-$(1)
install-$(1):
	mkdir -p $(OUT)/$(1)
	printf '%s\n' $(foreach f,$(FIELDS),'$(f)=$($(f))') \
		'PKG_VERSION=$(PKG_VERSION)' >$(OUT)/$(1).control
$(call Package/$(1)/install,$(OUT)/$(1))
endef

.PHONY: all
all:
