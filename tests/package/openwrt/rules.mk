# SPDX-License-Identifier: MIT
# Stands in for OpenWrt's rules.mk: what a package's Makefile uses of it.

INSTALL_DIR = install -d -m0755
INSTALL_BIN = install -m0755
INSTALL_DATA = install -m0644
BUILD_DIR = $(TOPDIR)/build_dir
PKG_BUILD_DIR = $(BUILD_DIR)/$(PKG_NAME)-$(PKG_VERSION)
